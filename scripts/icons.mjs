// Makes the pictures of the program out of `resources/icons/icon.svg`: what the packer takes for each system, and what the
// page shows. They are kept in the repository; run this after changing the drawing.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import sharp from 'sharp';

import { repository } from './setup.mjs';

const icons = join(repository, 'resources', 'icons');
const page = join(repository, 'src', 'renderer', 'public');
const svg = await readFile(join(icons, 'icon.svg'));
await mkdir(page, { recursive: true });

await writeFile(join(icons, 'icon.png'), await png(1024));
await writeFile(join(icons, 'icon.ico'), await ico([16, 24, 32, 48, 64, 128, 256]));
await writeFile(join(icons, 'icon.icns'), await icns());
await writeFile(join(page, 'icon.svg'), svg);
for (const side of [192, 512]) await writeFile(join(page, `icon-${side}.png`), await png(side));

function png(side) {
  // Drawn at its size: scaling a large one down would blur the small ones.
  return sharp(svg, { density: (72 * side) / 1024 })
    .resize(side, side)
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** Windows: a table of PNG files. */
async function ico(sides) {
  const pictures = await Promise.all(sides.map(png));
  const table = Buffer.alloc(6 + 16 * sides.length);
  table.writeUInt16LE(1, 2);
  table.writeUInt16LE(sides.length, 4);
  let offset = table.length;
  for (const [index, side] of sides.entries()) {
    const at = 6 + 16 * index;
    // 0 stands for 256.
    table.writeUInt8(side % 256, at);
    table.writeUInt8(side % 256, at + 1);
    table.writeUInt16LE(1, at + 4);
    table.writeUInt16LE(32, at + 6);
    table.writeUInt32LE(pictures[index].length, at + 8);
    table.writeUInt32LE(offset, at + 12);
    offset += pictures[index].length;
  }
  return Buffer.concat([table, ...pictures]);
}

/** macOS: PNG files behind names of four letters that stand for their sizes. */
async function icns() {
  const sides = { icp4: 16, ic11: 32, ic12: 64, ic07: 128, ic08: 256, ic13: 256, ic09: 512, ic14: 512, ic10: 1024 };
  const chunks = await Promise.all(Object.entries(sides).map(async ([name, side]) => chunk(name, await png(side))));
  return chunk('icns', Buffer.concat(chunks));
}

function chunk(name, content) {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32BE(content.length + 8, 4);
  return Buffer.concat([head, content]);
}
