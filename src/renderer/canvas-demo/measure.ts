/** @file Measures the canvas in the page it runs in; `bench/canvas.ts` opens it and prints what comes of it. */
import type { Frames, Measurements, Times } from './measurements.ts';
import { busy, nextFrame, onPainted, pause, work } from './main-thread-clock.ts';
import { createDocument, type Document } from '#shared/document/document';
import { translation, type Point } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer } from '#shared/document/layer-operations';
import type { Raster } from '#raster/raster';
import type { Pixels } from '#shared/document/pixels';
import { CanvasEngine } from '../canvas/engine/canvas-engine.ts';
import { createMemoryTileSource } from '../canvas/engine/tile-source.ts';
import { defaultBrush } from '../canvas/pixels/brush.ts';

const side = 4096;
const layerCount = 20;
const container = window.document.querySelector<HTMLDivElement>('#canvas')!;
// Pointers made by script cannot be captured.
container.setPointerCapture = () => undefined;
const source = createMemoryTileSource();

let document = createDocument({ width: side, height: side });

function open(): CanvasEngine {
  const engine = new CanvasEngine({
    container,
    source,
    document,
    active: { layer: layerId(layerCount / 2), part: 'pixels' },
    newLayerName: () => 'Layer',
    onCommit: ({ change }) => show(engine, change(document)),
    onFault: (error) => {
      throw error;
    },
  });
  return engine;
}

function show(engine: CanvasEngine, next: Document): void {
  document = next;
  engine.setDocument(next);
}

const layerId = (index: number): LayerId => `layer-${index}` as LayerId;

/**
 * A full layer at the bottom, and others of half its sides all over it, in several modes. These share their pixels, so
 * that storing them takes seconds; composing takes what it takes.
 */
async function build(engine: CanvasEngine): Promise<void> {
  const full = await pixelsOf(engine, gradient(side, 0));
  const half = await pixelsOf(engine, gradient(side / 2, 1));
  let next = createDocument({ width: side, height: side });
  for (let index = 0; index < layerCount; index++) {
    const place = translation((index * 613) % (side / 2), (index * 347) % (side / 2));
    const look = index === 0 ? {} : { transform: place, opacity: 0.6, blend: blends[index % blends.length]! };
    const pixels = index === 0 ? full : half;
    next = addLayer(next, createLayer('raster', layerId(index), `Layer ${index}`, { ...look, pixels }), top);
  }
  show(engine, next);
}

const top = { parent: null, index: Infinity };
const blends = ['normal', 'normal', 'multiply', 'normal', 'screen'] as const;

async function pixelsOf(engine: CanvasEngine, raster: Raster): Promise<Pixels> {
  await engine.commands.paste(raster, 'pasted');
  const layer = document.layers[document.order.at(-1)!];
  if (layer?.kind !== 'raster') throw new Error('nothing was pasted');
  return layer.pixels;
}

function gradient(size: number, seed: number): Raster {
  const data = new Uint8Array(size * size * 4);
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i += 4) {
      data[i] = (x >> 4) + seed * 40;
      data[i + 1] = (y >> 4) + ((x * y) >> 10);
      data[i + 2] = (x ^ y) >> 3;
      data[i + 3] = 255;
    }
  }
  return { width: size, height: size, channels: 4, data };
}

function pointer(type: string, { x, y }: Point): void {
  const event = new PointerEvent(type, {
    clientX: x,
    clientY: y,
    pointerId: 1,
    button: 0,
    buttons: 1,
    bubbles: true,
    pointerType: 'mouse',
  });
  work(() => container.dispatchEvent(event));
}

/** From a movement of the pointer to the frame that shows its ink, at 60 movements a second. */
async function measureInk(engine: CanvasEngine): Promise<Times> {
  const times: number[] = [];
  const at = (i: number): Point => ({ x: 600 + 5 * i, y: 400 + 100 * Math.sin(i / 9) });
  pointer('pointerdown', at(0));
  await pause(200);
  for (let i = 1; i <= 90; i++) {
    const start = performance.now();
    const painted = nextPainted();
    pointer('pointermove', at(i));
    await painted;
    times.push((await nextFrame()) - start);
    await pause(Math.max(0, 16 - (performance.now() - start)));
  }
  pointer('pointerup', at(90));
  await engine.settled();
  await quiet();
  return percentiles(times);
}

const nextPainted = (): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      onPainted.delete(done);
      resolve();
    };
    onPainted.add(done);
  });

/** What the main thread has to do from the release of the pointer until the stroke is in the document. */
async function measurePenUp(engine: CanvasEngine): Promise<number> {
  const results: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    await stroke(turn, false);
    const before = busy.ms;
    pointer('pointerup', { x: 800, y: 300 + 40 * turn });
    await engine.settled();
    results.push(busy.ms - before);
    await quiet();
  }
  return percentiles(results).median;
}

/** A stroke 500 pixels long. */
async function stroke(turn: number, isWhole = true): Promise<void> {
  const y = 300 + 40 * turn;
  pointer('pointerdown', { x: 300, y });
  for (let x = 310; x <= 800; x += 10) pointer('pointermove', { x, y });
  if (isWhole) pointer('pointerup', { x: 800, y });
  await pause(100);
}

/** From asking for an earlier document to the frame that shows it. */
async function measureUndo(engine: CanvasEngine): Promise<Times> {
  const times: number[] = [];
  for (let turn = 0; turn < 8; turn++) {
    const before = document;
    await stroke(turn);
    await engine.settled();
    await quiet();
    const start = performance.now();
    let last = start;
    const note = (now: number): void => {
      last = now;
    };
    onPainted.add(note);
    const painted = nextPainted();
    show(engine, before);
    await painted;
    await quiet();
    onPainted.delete(note);
    times.push(last - start);
  }
  return percentiles(times);
}

async function measureFrames(steps: number, move: (step: number) => void): Promise<Frames> {
  const times: number[] = [];
  const before = busy.ms;
  let last = await nextFrame();
  for (let step = 0; step < steps; step++) {
    work(() => move(step));
    const now = await nextFrame();
    times.push(now - last);
    last = now;
  }
  const workMs = (busy.ms - before) / steps;
  await quiet();
  return { ...percentiles(times), workMs };
}

/** Resolves when nothing has been painted for a while. */
async function quiet(): Promise<void> {
  let last = performance.now();
  const note = (now: number): void => {
    last = now;
  };
  onPainted.add(note);
  while (performance.now() - last < 150) await pause(20);
  onPainted.delete(note);
}

function percentiles(times: readonly number[]): Times {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
  return { median: at(0.5), p95: at(0.95), largest: at(1) };
}

export async function measure(): Promise<Measurements> {
  const note = (what: string): void => console.info(`${(performance.now() / 1000).toFixed(1)} s: ${what}`);
  let engine = open();
  await build(engine);
  await engine.settled();
  engine.dispose();
  container.replaceChildren();
  note('built');

  const start = performance.now();
  const first = nextPainted();
  engine = open();
  await first;
  await nextFrame();
  const firstPaintMs = performance.now() - start;
  await engine.loaded();
  await quiet();
  const openMs = performance.now() - start - 150;

  note('opened');
  const brush = { ...defaultBrush, pressureSize: false };
  engine.chooseTool('brush');
  engine.setSettings({ brush: { ...brush, size: 120 } });
  const fitted = await measureInk(engine);
  engine.viewport.zoomTo(1);
  engine.setSettings({ brush: { ...brush, size: 40 } });
  await quiet();
  const full = await measureInk(engine);
  note('drawn');
  const penUpMs = await measurePenUp(engine);
  const undoMs = await measureUndo(engine);
  note('undone');
  const pan = await measureFrames(120, (step) => engine.viewport.panBy({ x: step % 60 < 30 ? -14 : 14, y: -6 }));
  const zoom = await measureFrames(120, (step) =>
    engine.viewport.zoomTo(step % 60 < 30 ? 0.25 * 1.05 ** (step % 60) : 1.08 / 1.05 ** (step % 30)),
  );
  await quiet();
  const before = { ...busy };
  await pause(2000);
  const idle = { frames: busy.frames - before.frames, messages: busy.messages - before.messages };
  return { ink: { fitted, full }, penUpMs, undoMs, pan, zoom, firstPaintMs, openMs, blobs: source.size, idle };
}

Object.assign(window, { measure });
