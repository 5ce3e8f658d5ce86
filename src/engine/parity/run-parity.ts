import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { AppError } from '#base/app-error';
import { smartResize } from '#model/ovis/processing/smart-resize';
import { conditionSize, understandingSize } from '#model/ovis/processing/vision-input';
import { timesteps } from '#model/ovis/sampling/timesteps';
import { readManifest, type ParityRow } from '#train/parity/golden';

import type { OvisModel } from '../ovis/ovis-model.ts';
import { compareOutput, type Tolerance } from './compare.ts';
import { GoldenCase, type Manifest } from './golden-case.ts';
import * as part from './model-cases.ts';
import * as picture from './picture-cases.ts';
import * as whole from './sampling-cases.ts';

/** Which code runs a case, by how its name begins: folders may hold more of a kind. */
const cases: readonly (readonly [prefix: string, run: part.RunCase])[] = [
  ['vision_', part.visionCase],
  ['llm_prefill', part.prefillCase],
  ['llm_greedy', part.greedyCase],
  ['merge_', part.mergeCase],
  ['refiner', part.refinerCase],
  ['mmdit', part.decoderCase],
  ['vae_encode', part.vaeEncodeCase],
  ['vae_decode', part.vaeDecodeCase],
  ['loop_t2i', whole.generationLoopCase],
  ['loop_edit', whole.editLoopCase],
  ['patchify_', picture.patchifyCase],
  ['aspect_crop', picture.aspectCropCase],
  ['e2e_understand', whole.understandingCase],
  ['e2e_t2i', whole.generationCase],
  ['e2e_edit', whole.editCase],
];

/** Runs every case of a golden folder through the code of the pipelines, row by row. */
export async function* runParity(folder: string, model: OvisModel, tolerance: Tolerance): AsyncGenerator<ParityRow> {
  const manifest = await readManifest<Manifest>(folder);
  for (const entry of manifest.cases) {
    const golden = await GoldenCase.read(folder, entry);
    const run = cases.find(([prefix]) => golden.id.startsWith(prefix))?.[1];
    if (!run) {
      throw new AppError('golden-unknown', `The golden case "${golden.id}" is of a kind this version does not know.`, {
        data: { case: golden.id },
      });
    }
    const actual = await run(golden, model);
    for (const name of Object.keys(golden.outputs)) {
      yield compareOutput(golden.id, name, golden.expected(name), actual[name], golden.output(name), tolerance);
    }
  }
  for (const table of manifest.tables ?? []) {
    const rows = JSON.parse(await readFile(path.join(folder, table.file), 'utf8')) as readonly TableRow[];
    yield tableRow(table.id, rows);
  }
}

type TableRow = Readonly<Record<string, unknown>>;

/** Difference allowed in a table of times. */
const TIME_TOLERANCE = 1e-6;

function tableRow(id: string, rows: readonly TableRow[]): ParityRow {
  const error = Math.max(...rows.map((row) => tableError(id, row)));
  const allowed = id === 'schedule' ? TIME_TOLERANCE : 0;
  return { case: id, tensor: `${rows.length} rows`, error, allowed, passed: error <= allowed, relative: null };
}

function tableError(id: string, row: TableRow): number {
  const number = (key: string) => Number(row[key]);
  const size = { width: number('w'), height: number('h') };
  switch (id) {
    case 'smart_resize': {
      const bounds = { factor: number('factor'), minPixels: number('min_pixels'), maxPixels: number('max_pixels') };
      const made = smartResize(size, bounds);
      return Math.max(Math.abs(made.width - number('out_w')), Math.abs(made.height - number('out_h')));
    }
    case 'resize_chain_real': {
      const first = conditionSize(size, RELEASED_PROCESSOR);
      const second = understandingSize(first, RELEASED_PROCESSOR);
      const wanted = [...(row['first'] as number[]), ...(row['second'] as number[])];
      const made = [first.height, first.width, second.height, second.width];
      return Math.max(...wanted.map((value, i) => Math.abs(value - made[i]!)));
    }
    case 'schedule': {
      const schedule = {
        shift: Boolean(row['shift']),
        baseShift: number('base_shift'),
        maxShift: number('max_shift'),
      };
      const made = timesteps(number('num_steps'), number('seq_len'), schedule);
      return Math.max(...(row['values'] as number[]).map((value, i) => Math.abs(value - made[i]!)));
    }
    default:
      return Number.POSITIVE_INFINITY;
  }
}

/** The table of resize chains was made with the released model's bounds, whatever model the folder holds. */
const RELEASED_PROCESSOR = {
  patchSize: 14,
  mergeSize: 2,
  minPixels: 200_704,
  maxPixels: 2_408_448,
  rescaleFactor: 1 / 255,
  mean: [0, 0, 0],
  std: [1, 1, 1],
} as const;
