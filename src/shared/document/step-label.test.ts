import { expect, it } from 'vitest';

import { zStepLabel, type StepLabel } from './step-label.ts';

it('comes back from the disk as it was, and takes nothing else for a label', () => {
  const labels: StepLabel[] = [
    { what: 'brush' },
    { what: 'rename-layer', name: '“天空” {{name}} <b>' },
    { what: 'hide-layers', name: 'sky', more: 2 },
    { what: 'written', text: 'Fill: a brass lamp · seed 42' },
  ];
  expect(zStepLabel.array().parse(JSON.parse(JSON.stringify(labels)))).toEqual(labels);
  const hostile = [
    'Brush',
    { what: '__proto__' },
    { what: 'brush', name: 'sky' },
    { what: 'hide-layers' },
    { what: 'hide-layers', name: 'sky', more: 0 },
    { what: 'hide-layers', name: 'x'.repeat(256) },
    { what: 'written', text: 'x'.repeat(501) },
  ];
  expect(hostile.filter((label) => zStepLabel.safeParse(label).success)).toEqual([]);
});
