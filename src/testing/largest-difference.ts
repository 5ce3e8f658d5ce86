/** The largest |a − b| of the elements that count; 0 when none does. */
export function largestDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number> | number,
  counts: (index: number) => boolean = () => true,
): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    if (!counts(i)) continue;
    const difference = Math.abs(a[i]! - (typeof b === 'number' ? b : b[i]!));
    // Written so that NaN is the largest of all.
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
