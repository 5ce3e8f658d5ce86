/** @file The web host as a process: `npm run serve`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { AppError, toAppError } from '#base/app-error';
import { exitStatus } from '#base/error-codes';
import { dataFolder } from '#files/data-folder';
import { forkEngine } from '#host/engine/fork-engine';
import { openStudio } from '#host/studio/open-studio';
import packageJson from '../../package.json' with { type: 'json' };
import { startWebHost, type WebHost, type WebHostOptions } from './web-host.ts';

const help = `Opens the studio in a browser.

  --port <n>         where to listen (default 4820, or the next free one when that is taken)
  --address <ip>     who may reach it: 127.0.0.1 is this machine alone (default)
  --host-name <name> a name by which other machines reach this one; may be repeated
  --open             open the browser
  --help
`;

/**
 * The first that is free, or else any. Kept from run to run, even beside another studio: a page that is open finds the
 * studio again, and the browser's bookmark and settings stay.
 */
const usualPorts = [4820, 4821, 4822, 4823, 4824, 4825, 4826, 4827, 0] as const;

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    address: { type: 'string', default: '127.0.0.1' },
    'host-name': { type: 'string', multiple: true, default: [] },
    open: { type: 'boolean', default: false },
    // Of `npm start`, which takes it to mean this.
    browser: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

try {
  if (values.help) process.stdout.write(help);
  else await serve();
} catch (error) {
  const { message, code } = toAppError(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = exitStatus(code);
}

async function serve(): Promise<void> {
  // Of the bundle, `dist/server.js`.
  const scripts = fileURLToPath(new URL('.', import.meta.url));
  const studio = await openStudio({
    home: dataFolder(),
    bundledModelsFolder: join(scripts, '..', 'resources', 'models'),
    spawnEngine: (listeners) => forkEngine({ entry: join(scripts, 'engine-node.js'), ...listeners }),
    conversionScript: join(scripts, 'conversion-thread.js'),
    version: packageJson.version,
  });
  const place = {
    studio,
    pageFolder: join(scripts, 'renderer'),
    address: values.address,
    hostNames: values['host-name'],
  };
  const host = await listen(place, values.port).catch(async (error: unknown) => {
    await studio.close();
    throw error;
  });
  const link = host.newLink();
  process.stdout.write(
    `The studio is at ${link}\nThe link lets one browser in. Enter makes another one, Ctrl-C ends the studio.\n`,
  );
  if (values.open) openBrowser(link);
  process.stdin.on('data', () => process.stdout.write(`${host.newLink()}\n`));
  const stop = () => {
    // A second Ctrl-C ends it at once.
    process.off('SIGINT', stop);
    void host
      .close()
      .then(() => studio.close())
      .finally(() => process.exit());
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}

/** Takes the port that is wanted, or else one of the usual. @throws AppError `usage-invalid` */
async function listen(place: WebHostOptions, wanted: string | undefined): Promise<WebHost> {
  const ports = wanted === undefined ? usualPorts : [Number(wanted)];
  for (const port of ports) {
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new AppError('usage-invalid', `"${wanted}" is no port: it is a number from 0, which takes any, to 65535.`);
    try {
      return await startWebHost({ ...place, port });
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!isTaken) throw error;
    }
  }
  throw new AppError('usage-invalid', `Another program listens on port ${wanted}: choose another one with --port.`);
}

/** Where there is no browser to be opened, the link is there to be copied. */
function openBrowser(link: string): void {
  const [command, ...args]: readonly [string, ...string[]] =
    process.platform === 'darwin'
      ? ['open', link]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', link]
        : ['xdg-open', link];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
