/** @file Losses over a training as one SVG: a panel for each stage, so that a look tells whether it still falls. */
import path from 'node:path';

import { readMetrics } from '../../session/metrics-log.ts';
import type { StepMetrics } from '../../session/train.ts';
import { stageIds } from '../stage.ts';
import type { TrainingFolder } from './training-folder.ts';

/** Sizes in pixels. */
const PANEL = { width: 300, height: 170 } as const;
const PLOT = { left: 44, top: 30, right: 12, bottom: 26 } as const;
const COLUMNS = 3;
/** A loss is noisy from batch to batch: each point of a curve is the mean of a stretch of updates. */
const POINTS = 120;
const COLORS = ['#2f6fde', '#d9730d', '#2e8b57', '#9b4dca'] as const;

export interface LossPanel {
  readonly title: string;
  /** Losses by name, each with the steps that have it. */
  readonly curves: ReadonlyMap<string, readonly LossPoint[]>;
}

export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

/** What all stages that have begun say of their losses. */
export async function trainingLosses(folder: TrainingFolder): Promise<LossPanel[]> {
  const panels: LossPanel[] = [];
  for (const stage of stageIds) {
    const log = await readMetrics(path.join(folder.stageFolder(stage), 'log.jsonl'));
    if (log.length > 0) panels.push({ title: stage, curves: curvesOf(log) });
  }
  return panels;
}

/** Losses of words, pictures and edits cannot be compared: where batches are of several families, each has a curve. */
function curvesOf(log: readonly StepMetrics[]): Map<string, LossPoint[]> {
  const curves = new Map<string, LossPoint[]>();
  for (const { step, loss, metrics } of log) {
    const family = ['words', 'pictures', 'edits'].find((name) => name in metrics);
    const name = family ?? 'loss';
    const points = curves.get(name) ?? [];
    points.push({ step, loss });
    curves.set(name, points);
  }
  return new Map(Array.from(curves, ([name, points]) => [name, smoothed(points)]));
}

function smoothed(points: readonly LossPoint[]): LossPoint[] {
  const size = Math.max(1, Math.ceil(points.length / POINTS));
  return Array.from({ length: Math.ceil(points.length / size) }, (_, index) => {
    const stretch = points.slice(index * size, (index + 1) * size);
    return { step: stretch.at(-1)!.step, loss: stretch.reduce((sum, { loss }) => sum + loss, 0) / stretch.length };
  });
}

/** Panels in rows; logarithmic upwards, since what matters late is small. */
export function lossCurves(panels: readonly LossPanel[]): string {
  const width = COLUMNS * PANEL.width;
  const height = Math.ceil(panels.length / COLUMNS) * PANEL.height;
  const drawn = panels.map((panel, index) => {
    const [x, y] = [(index % COLUMNS) * PANEL.width, Math.floor(index / COLUMNS) * PANEL.height];
    return `<g transform="translate(${x} ${y})">${drawPanel(panel)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11" fill="#555">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel({ title, curves }: LossPanel): string {
  const all = [...curves.values()].flat();
  const last = Math.max(...all.map(({ step }) => step));
  const [low, high] = [Math.min(...all.map(({ loss }) => loss)), Math.max(...all.map(({ loss }) => loss))];
  const [right, bottom] = [PANEL.width - PLOT.right, PANEL.height - PLOT.bottom];
  const across = (step: number) => PLOT.left + (step / last) * (right - PLOT.left);
  const span = Math.log(high / low) || 1;
  const up = (loss: number) => bottom - (Math.log(loss / low) / span) * (bottom - PLOT.top);
  const lines = Array.from(curves, ([, points], index) => {
    const path = points.map(({ step, loss }) => `${across(step).toFixed(1)},${up(loss).toFixed(1)}`).join(' ');
    return `<polyline points="${path}" fill="none" stroke="${COLORS[index % COLORS.length]}" stroke-width="1.5"/>`;
  });
  const names = Array.from(
    curves.keys(),
    (name, index) => `<tspan dx="8" fill="${COLORS[index % COLORS.length]}">${name}</tspan>`,
  );
  return [
    `<text x="${PLOT.left}" y="18" font-weight="600">${title}${curves.size > 1 ? names.join('') : ''}</text>`,
    `<path d="M${PLOT.left} ${PLOT.top}V${bottom}H${right}" fill="none" stroke="#bbb"/>`,
    `<text x="${PLOT.left - 6}" y="${PLOT.top + 8}" text-anchor="end">${high.toPrecision(3)}</text>`,
    `<text x="${PLOT.left - 6}" y="${bottom}" text-anchor="end">${low.toPrecision(3)}</text>`,
    `<text x="${right}" y="${bottom + 16}" text-anchor="end">${last} updates</text>`,
    ...lines,
  ].join('');
}
