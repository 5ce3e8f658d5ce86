// `node scripts/nano-sheet.mjs [MODEL]`: the README's sheet of what the model in the box draws. One seed for all prompts and
// nothing chosen by hand: each picture is what `npm run studio -- generate "PROMPT" --steps 30 --seed 1` makes.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import sharp from 'sharp';

import { repository } from './setup.mjs';

const prompts = [
  'a red apple and a sleeping cat on a blue background',
  'a panda on a yellow background',
  'a strawberry',
  'a blue car on a white background',
  'two lemons on a light blue background',
  'a house on a meadow',
  'a rabbit in a bold style',
  'a green star above a pig',
  '草地上的一只狐狸',
  'a slice of pizza on a purple background',
  'a dog to the left of a tree',
  '三个蘑菇，白色背景',
];
const COLUMNS = 6;
const SIDE = 128;
const GAP = 8;

const model = process.argv[2];
const folder = await mkdtemp(join(tmpdir(), 'nano-sheet-'));
const tiles = [];
for (const [index, prompt] of prompts.entries()) {
  const file = join(folder, `${index}.png`);
  const choice = model === undefined ? [] : ['--model', model];
  const args = ['generate', prompt, '--steps', '30', '--seed', '1', '-o', file, ...choice];
  const { status } = spawnSync(process.execPath, [join(repository, 'scripts/studio.mjs'), ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  const place = (step) => GAP + step * (SIDE + GAP);
  tiles.push({ input: file, left: place(index % COLUMNS), top: place(Math.floor(index / COLUMNS)) });
}
const sideOf = (count) => GAP + count * (SIDE + GAP);
const sheet = join(repository, 'docs/pictures/nano.png');
await sharp({
  create: {
    width: sideOf(COLUMNS),
    height: sideOf(Math.ceil(prompts.length / COLUMNS)),
    channels: 3,
    background: '#ffffff',
  },
})
  .composite(tiles)
  .png()
  .toFile(sheet);
await rm(folder, { recursive: true });
console.log(sheet);
