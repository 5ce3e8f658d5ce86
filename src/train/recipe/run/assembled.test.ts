import { expect, it } from 'vitest';

import { curricula } from '../../data/scene/curriculum.ts';
import { stages } from '../stages/stages.ts';
import { assembled } from './assembled.ts';
import type { StageContext } from './stage-run.ts';

const [languageModel] = stages;
const size = { ...languageModel!.sizes.smoke, batchSize: 2, looks: 2, curriculum: curricula.scenes };

/** Which batch serves each of the updates from an index on, and how often it has before. */
async function served(context: Partial<StageContext>, from: number, count: number): Promise<string[]> {
  const signal = new AbortController().signal;
  const whole = { stage: languageModel, size, seed: 1, workers: 0, signal, ...context } as StageContext;
  const batches = assembled(whole, async ({ index }, look) => ({ bucket: `${index} ${look}`, inputs: {}, samples: 2 }))(
    from,
  );
  const names: string[] = [];
  for (let i = 0; i < count; i++) names.push((await batches.next()).value!.bucket);
  await batches.return(undefined);
  return names;
}

it('looks at every batch as often as the stage says, wherever it is resumed', async () => {
  expect(await served({}, 0, 5)).toEqual(['0 0', '0 1', '1 0', '1 1', '2 0']);
  expect(await served({}, 3, 3)).toEqual(['1 1', '2 0', '2 1']);
});

it('goes from the opening to the rest in the middle of a batch', async () => {
  const opening = { curriculum: curricula['close-up'], steps: 3 };
  expect(await served({ size: { ...size, opening } }, 1, 4)).toEqual(['0 1', '1 0', '1 1', '2 0']);
});
