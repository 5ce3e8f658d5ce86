import type { OpKind } from './attributes.ts';
import type { OpTable } from './op-definition.ts';
import { elementwise } from './table/elementwise.ts';
import { fused } from './table/fused.ts';
import { normalisations } from './table/normalisation.ts';
import { products } from './table/product.ts';
import { reductions } from './table/reduction.ts';
import { shape } from './table/shape.ts';

/** Every operation there is. An operation without a row does not compile. */
export const opTable: OpTable<OpKind> = {
  ...elementwise,
  ...shape,
  ...reductions,
  ...products,
  ...normalisations,
  ...fused,
};
