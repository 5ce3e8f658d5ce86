/**
 * @file Extents of tensor axes. A dimension is a number, or a polynomial in named symbols with positive integer
 * coefficients in canonical text form ("tokens", "2*h*w+text"), so that equal extents are equal strings.
 */

export type Dim = number | string;

/** Monomials ("h*w", "" for the constant) and their coefficients. */
type Polynomial = ReadonlyMap<string, number>;

function parse(dim: Dim): Polynomial {
  if (typeof dim === 'number') return new Map([['', dim]]);
  const terms = new Map<string, number>();
  for (const term of dim.split('+')) {
    const factors = term.split('*');
    const head = Number(factors[0]);
    const coefficient = Number.isNaN(head) ? 1 : head;
    const monomial = factors.slice(Number.isNaN(head) ? 0 : 1).join('*');
    terms.set(monomial, (terms.get(monomial) ?? 0) + coefficient);
  }
  return terms;
}

function format(terms: Polynomial): Dim {
  const parts = [...terms].filter(([, coefficient]) => coefficient !== 0).sort(([a], [b]) => (a < b ? 1 : -1));
  if (parts.length === 0) return 0;
  if (parts.length === 1 && parts[0]![0] === '') return parts[0]![1];
  return parts
    .map(([monomial, coefficient]) => {
      if (monomial === '') return String(coefficient);
      return coefficient === 1 ? monomial : `${coefficient}*${monomial}`;
    })
    .join('+');
}

export function addDims(...dims: readonly Dim[]): Dim {
  const sum = new Map<string, number>();
  for (const dim of dims) {
    for (const [monomial, coefficient] of parse(dim)) sum.set(monomial, (sum.get(monomial) ?? 0) + coefficient);
  }
  return format(sum);
}

export function subtractDims(a: Dim, b: Dim): Dim {
  return addDims(a, multiplyDims(b, -1));
}

export function multiplyDims(...dims: readonly Dim[]): Dim {
  let product: Polynomial = new Map([['', 1]]);
  for (const dim of dims) {
    const next = new Map<string, number>();
    for (const [left, leftCoefficient] of product) {
      for (const [right, rightCoefficient] of parse(dim)) {
        const monomial = [...left.split('*'), ...right.split('*')].filter(Boolean).sort().join('*');
        next.set(monomial, (next.get(monomial) ?? 0) + leftCoefficient * rightCoefficient);
      }
    }
    product = next;
  }
  return format(product);
}

/** Exact quotient by a number or a single-term dimension; `undefined` when it does not divide evenly. */
export function divideDims(dim: Dim, divisor: Dim): Dim | undefined {
  const by = [...parse(divisor)];
  if (by.length !== 1 || by[0]![1] === 0) return dim === divisor ? 1 : undefined;
  const [divisorMonomial, divisorCoefficient] = by[0]!;
  const result = new Map<string, number>();
  for (const [monomial, coefficient] of parse(dim)) {
    if (coefficient % divisorCoefficient !== 0) return undefined;
    const factors = monomial.split('*').filter(Boolean);
    for (const factor of divisorMonomial.split('*').filter(Boolean)) {
      const at = factors.indexOf(factor);
      if (at < 0) return undefined;
      factors.splice(at, 1);
    }
    result.set(factors.join('*'), coefficient / divisorCoefficient);
  }
  return format(result);
}

/** The number an extent stands for once its symbols are bound; throws on an unbound symbol. */
export function evaluateDim(dim: Dim, bindings: Readonly<Record<string, number>>): number {
  let sum = 0;
  for (const [monomial, coefficient] of parse(dim)) {
    let term = coefficient;
    for (const symbol of monomial.split('*').filter(Boolean)) {
      const value = bindings[symbol];
      if (value === undefined) throw new Error(`Dimension "${symbol}" is not bound`);
      term *= value;
    }
    sum += term;
  }
  return sum;
}
