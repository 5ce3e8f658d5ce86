import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createORPCClient } from '@orpc/client';
import { RPCLink, type SupportedMessagePort } from '@orpc/client/message-port';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import { encodeImage } from '#host/images/encode-image';
import { sha256 } from '#host/library/blobs/blob-store';
import type { StudioClient } from '#shared/contract/studio/contract';
import type { ShellEvent } from '#shared/contract/studio/host';
import { appOrigin, portGiven, portWanted } from '#shared/contract/studio/shell-port';
import { bundleScripts, type BundledScripts } from '#testing/bundle-scripts';
import { fakeElectron } from '#testing/fake-electron';
import { ended, makeTinyModel, requestFor } from '#testing/studio-session';
import { temporaryFolder } from '#testing/temporary-folder';
import type * as Electron from 'electron';
import { fileArguments } from './file-arguments.ts';
import { startShell } from './shell.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Machines that run this may be busy with other things. */
const patiently = { timeout: 20_000 };

let scripts: BundledScripts;
beforeAll(async () => {
  scripts = await bundleScripts({ 'engine-electron': 'src/testing/fake-engine.ts' });
  await mkdir(join(scripts.folder, 'renderer'));
  await writeFile(join(scripts.folder, 'renderer', 'index.html'), '<title>Studio</title>');
  await makeTinyModel(join(scripts.folder, 'models'));
});
afterAll(() => scripts[Symbol.asyncDispose]());

async function start({
  argv = [],
  home,
  fake = fakeElectron(),
}: { argv?: string[]; home?: string; fake?: ReturnType<typeof fakeElectron> } = {}) {
  const folder = home ?? (await temporaryFolder());
  const studio = await startShell(fake.electron, {
    home: folder,
    scriptsFolder: scripts.folder,
    bundledModelsFolder: join(scripts.folder, 'models'),
    version: '0.0.0-test',
    env: {},
    argv: ['electron', ...argv],
  });
  onTestFinished(() => studio?.close());
  const ask = (path: string, init?: RequestInit) =>
    fake.handlers.get('studio')!(new Request(`${appOrigin}/${path}`, init));
  /** As the page does it. */
  const connect = (): StudioClient => {
    const window = fake.windows.at(-1)!;
    fake.ipcMain.emit(portWanted, { sender: window.webContents, senderFrame: { url: `${appOrigin}/` } });
    const { channel, ports } = window.webContents.posted.at(-1)!;
    expect(channel).toBe(portGiven);
    const port = ports[0]!;
    onTestFinished(() => port.close());
    return createORPCClient(new RPCLink({ port: port as SupportedMessagePort }));
  };
  return { fake, studio, ask, connect, home: folder };
}

describe('the shell', () => {
  it('shows the page in a window that is only a page, and speaks with it by a port', async () => {
    const { fake, ask, connect } = await start();
    const [window] = fake.windows;
    expect(window!.url).toBe(`${appOrigin}/`);
    expect(window!.done).toContain('show');
    expect(window!.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
    expect(fake.schemes).toEqual([
      { scheme: 'studio', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
    ]);
    const page = await ask('');
    expect(await page.text()).toBe('<title>Studio</title>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await ask('nothing')).status).toBe(404);
    expect((await fake.handlers.get('studio')!(new Request('studio://other/'))).status).toBe(403);
    const client = connect();
    expect(await client.host.info()).toMatchObject({
      shell: 'electron',
      can: { chooseFolder: true, nativeMenu: true },
    });
    expect(await client.host.chooseFolder({ title: 'Model' })).toBe('/chosen');
  });

  it('runs jobs on an engine of its own process, and answers for the bytes', async () => {
    const { ask, connect } = await start();
    const client = connect();
    const [job] = await client.jobs.start({ requests: [requestFor('a lamp')] });
    const done = await ended(client, job!.id);
    expect(done).toMatchObject({ state: 'finished', error: null });
    const picture = await ask(`blobs/${done.results[0]}`);
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(sha256(new Uint8Array(await picture.arrayBuffer()))).toBe(done.results[0]);
  });

  it('lets the page go nowhere, open nothing and ask for nothing', async () => {
    const { fake } = await start();
    const { webContents } = fake.windows[0]!;
    const navigate = (event: string, url: string) => {
      let outcome = 'goes';
      webContents.emit(event, { url, preventDefault: () => (outcome = 'stopped') });
      return outcome;
    };
    for (const event of ['will-navigate', 'will-frame-navigate']) {
      expect(navigate(event, 'https://evil.example/')).toBe('stopped');
      expect(navigate(event, 'studio://app.evil.example/')).toBe('stopped');
      expect(navigate(event, 'file:///etc/passwd')).toBe('stopped');
      expect(navigate(event, `${appOrigin}/`)).toBe('goes');
    }
    expect(navigate('will-attach-webview', '')).toBe('stopped');
    const open = (url: string) => webContents.openHandler!({ url } as never);
    expect(open('https://example.org/')).toEqual({ action: 'deny' });
    expect(open('file:///etc/passwd')).toEqual({ action: 'deny' });
    expect(fake.opened).toEqual(['https://example.org/']);
    expect(['media', 'geolocation', 'notifications', 'clipboard-read'].filter((each) => fake.permits(each))).toEqual(
      [],
    );
    expect(fake.permits('clipboard-sanitized-write')).toBe(true);
  });

  it('gives a connection to its own page alone', async () => {
    const { fake } = await start();
    const { webContents } = fake.windows[0]!;
    fake.ipcMain.emit(portWanted, { sender: {}, senderFrame: { url: `${appOrigin}/` } });
    fake.ipcMain.emit(portWanted, { sender: webContents, senderFrame: { url: 'https://evil.example/' } });
    fake.ipcMain.emit(portWanted, { sender: webContents, senderFrame: null });
    expect(webContents.posted).toEqual([]);
  });

  it('opens files from the command line, from a second start and by association, and tells of those it cannot', async () => {
    const folder = await temporaryFolder();
    const picture = join(folder, 'lamp.png');
    const grey = { width: 4, height: 4, channels: 3, data: new Uint8Array(48) } as const;
    await writeFile(picture, await encodeImage(grey, { format: 'png' }));
    const { fake, connect } = await start({ argv: ['--flag', picture] });
    await vi.waitFor(() => expect(fake.recent).toEqual([picture]), patiently);
    fake.app.emit('second-instance', {}, ['electron', 'missing.png'], folder);
    fake.app.emit('open-file', { preventDefault: () => undefined }, picture);
    expect(fake.windows[0]!.done).toContain('focus');
    await vi.waitFor(() => expect(fake.recent).toEqual([picture, picture]), patiently);
    const events = await connect().host.watch();
    const told: ShellEvent[] = [];
    for await (const event of events) if (told.push(event) === 3) break;
    expect(told.filter((event) => event.kind === 'open-document')).toHaveLength(2);
    expect(told.find((event) => event.kind === 'open-failed')).toMatchObject({
      fileName: 'missing.png',
      error: { code: 'file-missing' },
    });
  });

  it('shows the menus of the page and tells it what was chosen', async () => {
    const { fake, connect } = await start();
    const client = connect();
    const events = await client.host.watch();
    const item = {
      kind: 'command',
      id: 'file.open',
      label: 'Öffnen…',
      keys: 'CmdOrCtrl+O',
      isEnabled: true,
      isChecked: null,
    } as const;
    await client.host.setMenu({ menus: [{ kind: 'menu', label: 'Datei', items: [item, { kind: 'separator' }] }] });
    const menu = fake.menus.at(-1)!.at(-1)!;
    const [command] = menu.submenu as Electron.MenuItemConstructorOptions[];
    expect(command).toMatchObject({ label: 'Öffnen…', accelerator: 'CmdOrCtrl+O', registerAccelerator: false });
    const next = events.next();
    command!.click!(undefined as never, undefined, undefined as never);
    expect((await next).value).toEqual({ kind: 'command', id: 'file.open' });
  });

  it('asks before it closes a window that has something unsaved', async () => {
    const { fake } = await start();
    const { webContents } = fake.windows[0]!;
    fake.answers.push(0, 1);
    const close = () => {
      let outcome = 'stays';
      webContents.emit('will-prevent-unload', { preventDefault: () => (outcome = 'closes') });
      return outcome;
    };
    expect([close(), close()]).toEqual(['stays', 'closes']);
  });

  it('opens its window where it was, if that is still on a screen', async () => {
    const first = await start();
    first.fake.windows[0]!.bounds = { x: 300, y: 200, width: 1100, height: 700 };
    first.fake.windows[0]!.emit('close');
    const path = join(first.home, 'window.json');
    await vi.waitFor(async () => expect(await readFile(path, 'utf8')).toContain('300'), patiently);
    await first.studio!.close();
    const again = await start({ home: first.home });
    expect(again.fake.windows[0]!.options).toMatchObject({ x: 300, y: 200, width: 1100, height: 700 });
    await again.studio!.close();
    const unplugged = fakeElectron();
    unplugged.screens.splice(0, 1, { x: 0, y: 0, width: 280, height: 190 });
    const { options } = (await start({ home: first.home, fake: unplugged })).fake.windows[0]!;
    expect(options).not.toHaveProperty('x');
  });

  it('is there once, and closes what it has opened before it quits', async () => {
    const second = fakeElectron({ isSecond: true });
    expect((await start({ fake: second })).studio).toBeUndefined();
    expect(second.windows).toEqual([]);
    expect(second.quits()).toBe(1);

    const { fake, connect } = await start();
    await connect().settings.change({ theme: 'dark' });
    fake.app.emit('window-all-closed');
    expect(fake.quits()).toBe(0);
    await vi.waitFor(() => expect(fake.quits()).toBe(1), patiently);
  });
});

it('files are told from switches, and found from where they were named', () => {
  const args = ['/opt/studio', '--no-sandbox', '.', 'a.png', '/abs/b.ovis', 'notes.txt', 'C.PSD'];
  expect(fileArguments(args, '/home/me')).toEqual(['/home/me/a.png', '/abs/b.ovis', '/home/me/C.PSD']);
});
