import { expect, it } from 'vitest';

import type { Model } from '#shared/contract/studio/models';

import { faultText } from '../i18n/i18n.ts';
import { chosenModel, damagedModel } from './choose-model.ts';

const model = (id: string, precision: Model['precision'], problem: Model['problem'] = null): Model => ({
  id,
  title: id,
  isBundled: false,
  precision,
  sizeBytes: 1,
  licence: null,
  limits: null,
  problem,
});
const damaged = model('broken', null, {
  code: 'package-damaged',
  message: 'weights is damaged.',
  data: { file: 'weights' },
});
const state = (...models: Model[]) => ({ models, tasks: [], preferred: null });

it('takes no model that cannot be read, and tells one that is damaged from none at all', () => {
  const nothing = { model: null };
  expect(chosenModel(state(damaged), { model: 'broken' }, nothing)).toBeNull();
  expect(chosenModel(state(damaged, model('whole', 'int8')), { model: 'broken' }, nothing)?.id).toBe('whole');
  expect(damagedModel(state(damaged))?.id).toBe('broken');
  expect(faultText(damaged.problem!, 'zh-CN')).toContain('weights');
  expect(damagedModel(state())).toBeNull();
  expect(damagedModel(null)).toBeNull();
});
