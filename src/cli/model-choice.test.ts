import { join } from 'node:path';
import { expect, it } from 'vitest';

import { installEmptyModel } from '#testing/install-model';
import { temporaryFolder } from '#testing/temporary-folder';

import { chooseModel } from './model-choice.ts';

it('takes the model that comes with the program, unless another one is named', async () => {
  const [home, program] = [await temporaryFolder(), await temporaryFolder()];
  const folders = { modelsFolder: join(home, 'models'), bundledModelsFolder: join(program, 'models') };
  await installEmptyModel(home, 'large');
  await installEmptyModel(home, 'small');
  await expect(chooseModel(undefined, folders)).rejects.toMatchObject({ code: 'model-ambiguous' });
  await installEmptyModel(program, 'in-the-box');
  expect((await chooseModel(undefined, folders)).name).toBe('in-the-box');
  expect((await chooseModel('large', folders)).name).toBe('large');
});
