/** @file Speeds of the canvas in a real browser, beside what they are meant to be. */
import { openRendererPage } from '../src/testing/browser.ts';
import type { Measurements, Times } from '../src/renderer/canvas-demo/measurements.ts';

const { page, errors, ...opened } = await openRendererPage({
  path: 'canvas-demo/measure.html',
  viewport: { width: 1600, height: 1000 },
});
if (process.argv.includes('--verbose')) {
  page.on('console', (message) => console.log(message.text()));
  page.on('pageerror', (error) => console.log(error.stack));
}
try {
  await page.waitForFunction('window.measure');
  page.setDefaultTimeout(0);
  const found = await page.evaluate<Measurements>('measure()');
  console.log('Canvas, 4096 × 4096 with 20 layers, view of 1600 × 1000, Chromium without a GPU');
  print('pointer to ink, all in view', found.ink.fitted, 16.7);
  print('pointer to ink, at 100 %', found.ink.full, 16.7);
  console.log(row('main thread at pen-up', ms(found.penUpMs), 8));
  print('undo of a 500 px stroke', found.undoMs, 30);
  for (const [what, frames] of [
    ['panning', found.pan],
    ['zooming', found.zoom],
  ] as const) {
    print(`a frame while ${what}`, frames, 16.7);
    console.log(row('  of which on the main thread', ms(frames.workMs), 8));
  }
  console.log(row('first paint', ms(found.firstPaintMs), 2000));
  console.log(`${`all pixels there, ${found.blobs} blobs`.padEnd(32)} ${ms(found.openMs)}`);
  console.log(row('idle for 2 s: frames, messages', `${found.idle.frames}, ${found.idle.messages}`, 0));
  for (const error of errors) console.log(`error: ${error}`);
} finally {
  await opened[Symbol.asyncDispose]();
}

function print(what: string, { median, p95, largest }: Times, budgetMs: number): void {
  console.log(row(what, `${ms(median)}, 95 % ${ms(p95)}, most ${ms(largest)}`, budgetMs));
}

function row(what: string, value: string, budget: number): string {
  return `${what.padEnd(32)} ${value.padEnd(46)} budget ${budget}${budget === 0 ? '' : ' ms'}`;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
