import { expect, it } from 'vitest';

import { fillSelection } from './fill-selection.ts';
import { openStudioPage } from './studio-page.ts';

it('opens a picture, fills a selection from a sentence, keeps a result as a layer, undoes and redoes it', async () => {
  const { page, errors, client } = await openStudioPage({ reducedMotion: 'no-preference' });
  await fillSelection(page);
  const [job] = await client.jobs.list();
  expect(job).toMatchObject({ state: 'finished', request: { kind: 'inpaint', prompt: 'a red lamp', steps: 3 } });
  expect(errors).toEqual([]);
});
