import { appendFile, readFile } from 'node:fs/promises';

import { writeFileDurably } from '#files/durable-write';
import { fileError, systemCode } from '#files/file-error';

import type { StepMetrics } from './train.ts';

/** Metrics as a file of JSON lines, one an update. */
export interface MetricsLog {
  append(metrics: StepMetrics): Promise<void>;
}

/**
 * Opens a log to go on after an update. What a killed training had written of later ones is taken out: the resumed
 * training writes it again.
 */
export async function openMetricsLog(file: string, { afterStep }: { readonly afterStep: number }): Promise<MetricsLog> {
  const kept = (await readMetrics(file)).filter(({ step }) => step <= afterStep);
  await writeFileDurably(file, kept.map(line).join(''));
  return {
    async append(metrics) {
      try {
        await appendFile(file, line(metrics));
      } catch (error) {
        throw fileError(error, file, 'write the training log');
      }
    },
  };
}

/** The lines of a log; none where there is no file. A last line that was cut off is left out. */
export async function readMetrics(file: string): Promise<StepMetrics[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError(error, file, 'read the training log');
  }
  return text
    .split('\n')
    .slice(0, -1)
    .map((json) => JSON.parse(json) as StepMetrics);
}

function line(metrics: StepMetrics): string {
  return `${JSON.stringify(metrics)}\n`;
}
