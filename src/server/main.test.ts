import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';

import type { StudioClient } from '#shared/contract/studio/contract';
import { bundleScripts, type BundledScripts } from '#testing/bundle-scripts';
import { killHard } from '#testing/fork-typescript';
import { ended as jobEnded, makeTinyModel, requestFor } from '#testing/studio-session';
import { temporaryFolder } from '#testing/temporary-folder';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let scripts: BundledScripts;
let model = '';
beforeAll(async () => {
  scripts = await bundleScripts({ server: 'src/server/main.ts', 'engine-node': 'src/testing/fake-engine.ts' });
  model = await makeTinyModel(scripts.folder);
});
afterAll(() => scripts[Symbol.asyncDispose]());

function run(home: string, args: readonly string[]) {
  const child = spawn(process.execPath, [join(scripts.folder, 'server.js'), ...args], {
    env: { ...process.env, OVIS_HOME: home, FAKE_ENGINE: JSON.stringify({ stepMs: 40 }) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => killHard(child));
  return child;
}

/** What a process says, until it says something in particular. */
function said(child: ChildProcess, wanted: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const listen = (chunk: Buffer) => {
      text += chunk.toString();
      const [found] = wanted.exec(text) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('close', () => reject(new Error(`It ended after saying: ${text}`)));
  });
}

async function connect(link: string): Promise<StudioClient> {
  const { origin, host } = new URL(link);
  const { headers } = await fetch(link, { redirect: 'manual' });
  const cookie = headers.get('set-cookie')!.split(';')[0]!;
  const socket = new WebSocket(`ws://${host}/rpc`, { headers: { origin, cookie } });
  // The other side is killed: that is what the test is about.
  socket.on('error', () => undefined);
  onTestFinished(() => socket.terminate());
  await new Promise((resolve) => socket.once('open', resolve));
  return createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }));
}

const link = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}/;

it('a host that is killed in the middle of a job goes on with it when it is started again', async () => {
  const home = await temporaryFolder();
  await mkdir(join(home, 'models'));
  await cp(model, join(home, 'models', 'tiny'), { recursive: true });
  const first = run(home, ['--port', '0']);
  const before = await connect(await said(first, link));
  const [job] = await before.jobs.start({ requests: [requestFor('x', { steps: 100 })] });
  for await (const event of await before.jobs.watch({}))
    if (event.kind === 'progress' && event.progress.kind === 'step') break;
  await killHard(first);

  const second = run(home, ['--port', '0']);
  const after = await connect(await said(second, link));
  expect(await jobEnded(after, job!.id)).toMatchObject({ state: 'finished', attempts: 2, wasInterrupted: true });
  const closed = new Promise((resolve) => second.once('close', resolve));
  second.kill('SIGINT');
  expect(await closed).toBe(0);
});

it('says how it is used, and in one sentence why it does not start', async () => {
  const home = await temporaryFolder();
  expect(await said(run(home, ['--help']), /--address <ip>/)).toBeTruthy();
  const taken = run(home, ['--port', '0']);
  const { port } = new URL(await said(taken, link));
  const other = run(await temporaryFolder(), ['--port', port]);
  const ended = new Promise((resolve) => other.once('close', resolve));
  expect(await said(other, /Another program listens.*/)).toContain(port);
  expect(await ended).toBe(2);
  expect(await said(run(home, ['--port', 'http']), /is no port.*/)).toBeTruthy();
});

it('beside another studio, takes the same port each time, so that an open page finds it again', async () => {
  const portOf = async (child: ChildProcess) => new URL(await said(child, link)).port;
  const [mine, others] = [await temporaryFolder(), await temporaryFolder()];
  const other = await portOf(run(others, []));
  const first = run(mine, []);
  const port = await portOf(first);
  expect(port).not.toBe(other);
  await killHard(first);
  expect(await portOf(run(mine, []))).toBe(port);
});
