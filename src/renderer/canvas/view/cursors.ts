import type { Cursor } from '../tools/tool.ts';

/** A cursor as CSS writes it. */
export function cursorStyle(cursor: Cursor): string {
  return cursor === 'rotate' ? rotateCursor : cursor;
}

/** CSS has no cursor for turning: a bent arrow, dark with a light edge, its hot spot in the middle. */
const arrow = 'M5 12a7 7 0 0 1 12-4.9L19 9M19 4v5h-5M19 12a7 7 0 0 1-12 4.9L5 15M5 20v-5h5';
const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" fill="none" stroke-linecap="round" stroke-linejoin="round"><path d="${arrow}" stroke="#fff" stroke-width="4"/><path d="${arrow}" stroke="#222" stroke-width="1.75"/></svg>`;
const rotateCursor = `url("data:image/svg+xml,${encodeURIComponent(picture)}") 12 12, grab`;
