/** @file What the studio costs before anything is done with it: how much is loaded, how long it takes, what it does at rest. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

import type { Page } from 'playwright-core';

import { formatBytes } from '#base/format-bytes';
import { launchBrowser } from '../src/testing/browser.ts';

const idleMs = 5000;

// Shared with `npm start`, and found at run time: it knows the repository by where it lies itself.
const builder = (await import(pathToFileURL(resolve('scripts/build.mjs')).href)) as {
  buildIfStale(parts: readonly string[]): void;
};
builder.buildIfStale(['node', 'page']);
await printSizes();
const home = await mkdtemp(join(tmpdir(), 'ovis-bench-'));
try {
  await printTimes();
} finally {
  await rm(home, { recursive: true, force: true });
}

/** What the page loads, packed as well as it can be: a measure of how much there is, since nothing is sent far. */
async function printSizes(): Promise<void> {
  const folder = resolve('dist/renderer/assets');
  const names = (await readdir(folder)).filter((name) => /\.(js|css)$/.test(name));
  const files = await Promise.all(
    names.map(async (name) => ({ name, bytes: brotliCompressSync(await readFile(join(folder, name))).length })),
  );
  const sum = (wanted: (name: string) => boolean): number =>
    files.filter(({ name }) => wanted(name)).reduce((total, { bytes }) => total + bytes, 0);
  const isWorker = (name: string): boolean => name.includes('worker');
  print('page, packed', formatBytes(sum((name) => !isWorker(name))), '500 kB');
  print('its workers, packed', formatBytes(sum(isWorker)), '100 kB');
}

async function printTimes(): Promise<void> {
  // Twice: the first start makes the library, and nothing is in the disk's cache.
  for (const which of ['first start', 'later start'] as const) {
    const startMs = performance.now();
    const host = spawn(process.execPath, [resolve('dist/server.js'), '--port', '0'], {
      env: { ...process.env, OVIS_HOME: home },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const browser = await launchBrowser();
    try {
      const link = await new Promise<string>((found) => {
        host.stdout.on('data', (text: Buffer) => {
          const [link] = /http:\S+token=\S+/.exec(text.toString()) ?? [];
          if (link) found(link);
        });
      });
      print(`${which}: host is there`, ms(performance.now() - startMs), '');
      const page = await browser.newPage();
      await page.goto(link);
      await interactive(page);
      print(`${which}: page can be used`, ms(await sinceNavigation(page)), '2000 ms');
      await page.reload();
      await interactive(page);
      print(`${which}: again, loaded before`, ms(await sinceNavigation(page)), '2000 ms');
      if (which === 'later start') await printIdle(page, host.pid!);
    } finally {
      await browser.close();
      host.kill('SIGINT');
      await new Promise((ended) => host.once('close', ended));
    }
  }
}

/** The canvas is there, and words can be typed. */
async function interactive(page: Page): Promise<void> {
  await page.locator('.canvas-host canvas').first().waitFor();
  await page.waitForFunction(`document.activeElement?.id === 'prompt'`, undefined, { polling: 'raf' });
}

function sinceNavigation(page: Page): Promise<number> {
  return page.evaluate('performance.now()');
}

/** Processor time while nobody does anything. */
async function printIdle(page: Page, hostPid: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const pageMs = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  await pause(2000);
  const before = [await pageMs(), await processMs(hostPid)] as const;
  await pause(idleMs);
  const after = [await pageMs(), await processMs(hostPid)] as const;
  const share = (index: 0 | 1): string => `${((100 * (after[index] - before[index])) / idleMs).toFixed(1)} %`;
  print('page at rest, of one core', share(0), '0.5 %');
  print('host at rest, of one core', share(1), '0.5 %');
}

/** Processor time of a process so far, where Linux tells it. */
async function processMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the program is in brackets, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return (user + system) * 10;
}

function print(what: string, value: string, budget: string): void {
  console.log(`${what.padEnd(34)} ${value.padEnd(14)} ${budget && `budget ${budget}`}`);
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}
