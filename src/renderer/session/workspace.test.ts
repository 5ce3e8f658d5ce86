import { expect, it } from 'vitest';

import type { WorkspaceOptions } from './workspace.ts';
import { Workspace } from './workspace.ts';

it('a new document has no name: what it is called until then is said in the language of whoever reads it', async () => {
  const titles: string[] = [];
  const full = new Error('the disk is full');
  const create = async ({ title }: { title: string }) => {
    titles.push(title);
    throw full;
  };
  const faults: unknown[] = [];
  const workspace = new Workspace({
    client: { documents: { create } } as unknown as WorkspaceOptions['client'],
    blobs: {} as WorkspaceOptions['blobs'],
    patience: {} as WorkspaceOptions['patience'],
    onFault: (error) => void faults.push(error.cause),
    usualSize: async () => ({ width: 8, height: 8 }),
  });
  await workspace.createEmpty();
  expect(titles).toEqual(['']);
  expect(faults).toEqual([full]);
});
