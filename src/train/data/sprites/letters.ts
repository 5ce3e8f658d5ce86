/**
 * Our own letters for labels: strokes with round ends on a grid 10 wide and 14 high, so that they stay legible at 12
 * pixels and need no font file. Capital letters, digits and a few signs.
 */
export const letterStrokes: Readonly<Record<string, string>> = {
  A: 'M0 14 L5 0 L10 14 M2 9.5 H8',
  B: 'M0 0 V14 H5.5 A3.75 3.75 0 0 0 5.5 6.5 H0 M0 0 H5 A3.25 3.25 0 0 1 5 6.5',
  C: 'M10 2.6 A6 7 0 1 0 10 11.4',
  D: 'M0 0 V14 H3 A7 7 0 0 0 3 0 Z',
  E: 'M9 0 H0 V14 H9 M0 7 H7.5',
  F: 'M9 0 H0 V14 M0 7 H7.5',
  G: 'M9.6 2.6 A6 7 0 1 0 10 9 V7.8 H6',
  H: 'M0 0 V14 M10 0 V14 M0 7 H10',
  I: 'M5 0 V14',
  J: 'M8.5 0 V9.5 A4.25 4.5 0 0 1 0 9.5',
  K: 'M0 0 V14 M9 0 L0 8 M3.2 5.4 L9.6 14',
  L: 'M0 0 V14 H8.5',
  M: 'M0 14 V0 L5 8.5 L10 0 V14',
  N: 'M0 14 V0 L10 14 V0',
  O: 'M5 0 A5.2 7 0 1 0 5 14 A5.2 7 0 1 0 5 0 Z',
  P: 'M0 14 V0 H5.5 A4 4 0 0 1 5.5 8 H0',
  Q: 'M5 0 A5.2 7 0 1 0 5 14 A5.2 7 0 1 0 5 0 Z M6 10 L10 14.6',
  R: 'M0 14 V0 H5.5 A3.8 3.8 0 0 1 5.5 7.6 H0 M5 7.6 L9.8 14',
  S: 'M9 2.4 A4.6 3.6 0 0 0 0.6 3.8 C0.6 8.2 9.6 5.8 9.6 10.4 A4.9 3.8 0 0 1 0.2 11.4',
  T: 'M0 0 H10 M5 0 V14',
  U: 'M0 0 V9 A5 5 0 0 0 10 9 V0',
  V: 'M0 0 L5 14 L10 0',
  W: 'M0 0 L2.6 14 L5 4 L7.4 14 L10 0',
  X: 'M0 0 L10 14 M10 0 L0 14',
  Y: 'M0 0 L5 7 L10 0 M5 7 V14',
  Z: 'M0 0 H10 L0 14 H10',
  '0': 'M5 0 A5 7 0 1 0 5 14 A5 7 0 1 0 5 0 Z M7.4 3.4 L2.6 10.6',
  '1': 'M1.5 3.2 L5.2 0 V14 M1.5 14 H9',
  '2': 'M0.4 3.4 A4.6 3.8 0 1 1 8.6 6 L0 14 H9.6',
  '3': 'M0.6 0 H9 L4.6 5.4 A4.3 4.3 0 1 1 0.2 11.6',
  '4': 'M7.4 14 V0 L0 9.8 H10',
  '5': 'M9 0 H1.4 L0.8 6.2 A4.6 4.2 0 1 1 0.2 12',
  '6': 'M8 0 C3 2 0.4 6 0.4 9.6 A4.6 4.4 0 1 0 9.6 9.6 A4.6 4.4 0 0 0 0.8 8',
  '7': 'M0 0 H9.6 L3.4 14',
  '8': 'M5 0 A4 3.3 0 1 0 5 6.6 A4.6 3.7 0 1 0 5 14 A4.6 3.7 0 1 0 5 6.6 A4 3.3 0 1 0 5 0 Z',
  '9': 'M2 14 C7 12 9.6 8 9.6 4.4 A4.6 4.4 0 1 0 0.4 4.4 A4.6 4.4 0 0 0 9.2 6',
  '!': 'M5 0 V9 M5 13.6 V14',
  '?': 'M1 3.4 A4.2 3.8 0 1 1 6.6 6.6 Q5 7.6 5 9.4 M5 13.6 V14',
  '+': 'M5 3 V11 M1 7 H9',
  '&': 'M9.6 14 L2.6 4.6 A2.9 2.9 0 1 1 7 3.6 C6.4 5.6 0.6 7 0.6 10.4 A3.8 3.6 0 0 0 8 11.4 L9.8 8.4',
};

/** Room around the grid for half a stroke; all letters share one box, so a word is a row of equal cells. */
export const letterViewBox = { x: -1.6, y: -1.6, width: 13.2, height: 17.2 } as const;

export function letterSvg(strokes: string): string {
  const { x, y, width, height } = letterViewBox;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${x} ${y} ${width} ${height}">` +
    `<path d="${strokes}" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/></svg>`
  );
}
