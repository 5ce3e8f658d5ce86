// Where Electron's binary is. It comes from outside the registry, so that it may be missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * The path of Electron's binary; undefined where it is not here or there is no display.
 * @param mayFetch Whether it is fetched, the first time.
 */
export function findElectron({ mayFetch }) {
  const require = createRequire(import.meta.url);
  const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!hasDisplay) return undefined;
  try {
    const folder = join(require.resolve('electron/package.json'), '..');
    if (!existsSync(join(folder, 'path.txt'))) {
      if (!mayFetch) return undefined;
      console.log('Fetching Electron, once.');
      spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore', timeout: 300_000 });
    }
    const path = require('electron');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
