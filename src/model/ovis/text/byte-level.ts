/**
 * The alphabet of byte-level BPE, where every byte is written as one visible character: bytes that are visible in
 * Latin-1 stand for themselves, the others are U+0100, U+0101, … in their order.
 */
export function byteLevelAlphabet(): ReadonlyMap<string, number> {
  const isVisible = (byte: number) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  const alphabet = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) alphabet.set(String.fromCodePoint(isVisible(byte) ? byte : next++), byte);
  return alphabet;
}
