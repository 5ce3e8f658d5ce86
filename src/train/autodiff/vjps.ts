import type { OpKind } from '#model/ops/attributes';

import { elementwise } from './table/elementwise.ts';
import { fused } from './table/fused.ts';
import { normalisations } from './table/normalisation.ts';
import { products } from './table/product.ts';
import { reductions } from './table/reduction.ts';
import { shape } from './table/shape.ts';
import type { VjpTable } from './vjp.ts';

/** How every operation is gone through backward. An operation without a row does not compile. */
export const vjps = {
  ...elementwise,
  ...shape,
  ...reductions,
  ...products,
  ...normalisations,
  ...fused,
} satisfies VjpTable<OpKind>;
