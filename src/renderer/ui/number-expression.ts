/**
 * What a person typed into a number field: a number, or sums and products of them ("1024/2", "3 * (64 + 16)").
 * Undefined where it is neither.
 */
export function numberOf(text: string): number | undefined {
  const tokens = text.replaceAll(',', '.').match(/\d+\.?\d*|\.\d+|[-+*/()]|\S/g) ?? [];
  let at = 0;

  function sum(): number {
    let value = product();
    while (tokens[at] === '+' || tokens[at] === '-') value += tokens[at++] === '+' ? product() : -product();
    return value;
  }
  function product(): number {
    let value = factor();
    while (tokens[at] === '*' || tokens[at] === '/') {
      if (tokens[at++] === '*') value *= factor();
      else value /= factor();
    }
    return value;
  }
  function factor(): number {
    const token = tokens[at++];
    if (token === '-') return -factor();
    if (token !== '(') return token === undefined ? Number.NaN : Number(token);
    const value = sum();
    return tokens[at++] === ')' ? value : Number.NaN;
  }

  const value = sum();
  return at === tokens.length && Number.isFinite(value) ? value : undefined;
}
