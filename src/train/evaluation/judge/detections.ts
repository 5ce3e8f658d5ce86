import type { Box, Detection } from '../../data/evaluation/wanted.ts';
import { labelIndices } from '../../recipe/assembly/things.ts';
import { CELLS } from './judge-network.ts';

/** Something is there if its class is this likely. */
const SURE = 0.5;
/** Two boxes of one thing that overlap so much are one. */
const SAME_OVERLAP = 0.35;

/** What one cell says of the centre that may lie in it. */
export interface CellLook {
  readonly cell: number;
  readonly thing: number;
  readonly sureness: number;
  readonly color: number;
  readonly box: Box;
}

/**
 * What the cells say together, the surest first. Where a centre lies on the border of cells, none of them is sure alone:
 * those that lean to the same thing side by side are one thing, if together they are sure.
 */
export function detectionsOf(looks: readonly CellLook[]): Detection[] {
  const isSure = ({ sureness }: CellLook): boolean => sureness >= SURE;
  const found = looks.filter(isSure);
  let leaning = looks.filter((look) => !isSure(look)).toSorted((a, b) => b.sureness - a.sureness);
  for (let [first] = leaning; first; [first] = leaning) {
    const { cell, thing } = first;
    const side = leaning.filter((look) => look.thing === thing && areNeighbours(look.cell, cell));
    const sureness = side.reduce((sum, look) => sum + look.sureness, 0);
    const mean = (of: (box: Box) => number): number =>
      side.reduce((sum, look) => sum + of(look.box) * look.sureness, 0) / sureness;
    const box = {
      x: mean((b) => b.x),
      y: mean((b) => b.y),
      width: mean((b) => b.width),
      height: mean((b) => b.height),
    };
    if (sureness >= SURE) found.push({ ...first, sureness, box });
    leaning = leaning.filter((look) => !side.includes(look));
  }
  return found
    .toSorted((a, b) => b.sureness - a.sureness)
    .map(({ thing, color, box }) => ({
      object: labelIndices.objectAt(thing),
      color: labelIndices.colorAt(color),
      box,
    }))
    .filter((one, at, all) => !all.slice(0, at).some((other) => isSame(one, other)));
}

/** The same cell, or one of the eight around it. */
function areNeighbours(a: number, b: number): boolean {
  const columns = Math.abs((a % CELLS) - (b % CELLS));
  const rows = Math.abs(Math.floor(a / CELLS) - Math.floor(b / CELLS));
  return columns <= 1 && rows <= 1;
}

function isSame(a: Detection, b: Detection): boolean {
  if (a.object !== b.object) return false;
  const overlap = (start: number, size: number, otherStart: number, otherSize: number) =>
    Math.max(0, Math.min(start + size, otherStart + otherSize) - Math.max(start, otherStart));
  const shared =
    overlap(a.box.x, a.box.width, b.box.x, b.box.width) * overlap(a.box.y, a.box.height, b.box.y, b.box.height);
  const union = a.box.width * a.box.height + b.box.width * b.box.height - shared;
  return shared > SAME_OVERLAP * union;
}
