import { expect, it } from 'vitest';

import { createDocument, type Document } from '#shared/document/document';
import { newLayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer } from '#shared/document/layer-operations';
import type { Studio } from '../app/studio.ts';
import { createViewStore } from '../stores/view.ts';
import { always, type Command } from './command.ts';
import { runById } from './commands.ts';
import { runCommand } from './run-command.ts';

const layer = createLayer(
  'raster',
  newLayerId((count) => new Uint8Array(count)),
  'a',
);
const document = addLayer(createDocument({ width: 8, height: 8 }), layer, { parent: null, index: 0 });

/** A studio that keeps what it says and what is done to its document. */
function studioWith({ canWrite = true } = {}) {
  const said: string[] = [];
  const steps: string[] = [];
  const workspace = {
    session: {
      document,
      canWrite,
      commit: ({ label, change }: { label: { what: string }; change: (before: Document) => Document }) => {
        steps.push(label.what);
        workspace.session.document = change(workspace.session.document);
      },
    },
  };
  const studio = {
    notices: { say: (text: string) => said.push(text), fault: (error: unknown) => said.push(String(error)) },
    workspace,
    view: createViewStore(),
    words: (key: string) => key,
  } as unknown as Studio;
  const names = () => workspace.session.document.order.map((id) => workspace.session.document.layers[id]?.name);
  return { studio, said, steps, names };
}

it('says why a command cannot run instead of running it', () => {
  const { studio, said, steps } = studioWith();
  for (const id of ['delete-layer', 'duplicate-layer', 'group-layer', 'toggle-layer', 'merge-layers'])
    runById(studio, id);
  expect(said).toEqual([
    ...Array.from({ length: 4 }, () => 'commands:refusal.no-layer'),
    'commands:refusal.nothing-to-merge',
  ]);
  studio.view.setState({ active: { layer: layer.id, part: 'pixels' } });
  runById(studio, 'delete-layer');
  expect(steps).toEqual(['delete-layers']);
});

it('tells copies of layers apart by their names', () => {
  const { studio, names } = studioWith();
  studio.view.setState({ active: { layer: layer.id, part: 'pixels' } });
  runById(studio, 'duplicate-layer');
  runById(studio, 'duplicate-layer');
  expect(names()).toEqual(['a', 'a 2', 'a 3']);
});

it('changes no layers of a document that can only be looked at', () => {
  const { studio, said } = studioWith({ canWrite: false });
  studio.view.setState({ active: { layer: layer.id, part: 'pixels' } });
  for (const id of ['new-layer', 'duplicate-layer', 'delete-layer']) runById(studio, id);
  expect(said).toEqual(Array.from({ length: 3 }, () => 'commands:refusal.read-only'));
  expect(studio.view.getState().active).toEqual({ layer: layer.id, part: 'pixels' });
});

it('tells what goes wrong, at once or later', async () => {
  const { studio, said } = studioWith();
  const failing = (run: Command['run']) => runCommand(studio, always('new', 'file', [], run));
  failing(() => {
    throw new Error('at once');
  });
  failing(() => Promise.reject(new Error('later')));
  await expect.poll(() => said).toEqual(['Error: at once', 'Error: later']);
});
