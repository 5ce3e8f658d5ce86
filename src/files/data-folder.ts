import { homedir } from 'node:os';
import { posix, resolve, win32 } from 'node:path';

interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * Where the studio keeps everything it owns: `OVIS_HOME` if set, else the platform's place for application data.
 * On Windows that is the local, not the roaming one: models are far too large to follow a user around. The folder is not
 * made here.
 */
export function dataFolder({
  platform = process.platform,
  env = process.env,
  home = homedir(),
}: Partial<Machine> = {}): string {
  if (env['OVIS_HOME']) return resolve(env['OVIS_HOME']);
  if (platform === 'win32')
    return win32.join(env['LOCALAPPDATA'] || win32.join(home, 'AppData', 'Local'), 'Ovis Studio');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Ovis Studio');
  // The XDG specification says to ignore a relative path.
  const data = env['XDG_DATA_HOME'];
  return posix.join(data && posix.isAbsolute(data) ? data : posix.join(home, '.local', 'share'), 'ovis-studio');
}
