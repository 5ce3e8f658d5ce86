import { AppError } from '#base/app-error';
import type { ParameterSpec } from '../parameters.ts';
import { formatShape, type StoredDtype } from './dtype.ts';

/** How many tensors of a kind a message names; all are in the error's data. */
const namedInMessage = 5;

/**
 * Compares what a configuration asks for with what a checkpoint holds.
 * @param mayBeLeft says which tensors nothing reads and nobody misses
 * @throws AppError `checkpoint-mismatch` naming what is missing, of another shape or type, or not expected
 */
export function matchParameters(
  specs: readonly ParameterSpec[],
  tensors: ReadonlyMap<string, { readonly dtype: StoredDtype; readonly shape: readonly number[] }>,
  mayBeLeft: (name: string) => boolean,
): void {
  const expected = new Map(specs.map((spec) => [spec.name, spec]));
  const missing = specs
    .filter(({ name }) => !tensors.has(name))
    .map(({ name, shape }) => `${name} ${formatShape(shape)}`);
  const unexpected = [...tensors.keys()].filter((name) => !expected.has(name) && !mayBeLeft(name));
  const different = specs.flatMap((spec) => {
    const found = tensors.get(spec.name);
    return found === undefined ? [] : differences(spec, found);
  });
  if (missing.length + unexpected.length + different.length === 0) return;
  const faults = [
    sentencePart(missing, 'missing'),
    sentencePart(different, 'different'),
    sentencePart(unexpected, 'not expected'),
  ].filter((part) => part !== '');
  throw new AppError(
    'checkpoint-mismatch',
    `The weights do not fit config.json: ${faults.join('; ')}. Check that the folder is complete and its files belong together.`,
    { data: { missing, different, unexpected } },
  );
}

function differences(spec: ParameterSpec, found: { dtype: StoredDtype; shape: readonly number[] }): readonly string[] {
  const { name, shape } = spec;
  if (formatShape(shape) !== formatShape(found.shape)) {
    return [`${name} (expected ${formatShape(shape)}, found ${formatShape(found.shape)})`];
  }
  const isFloat = found.dtype === 'f32' || found.dtype === 'f16' || found.dtype === 'bf16';
  return isFloat ? [] : [`${name} (expected floating-point numbers, found ${found.dtype})`];
}

/** `2 tensors are missing: a [4], b [4]` */
function sentencePart(names: readonly string[], what: string): string {
  if (names.length === 0) return '';
  const more = names.length > namedInMessage ? ` and ${names.length - namedInMessage} more` : '';
  const count = names.length === 1 ? '1 tensor is' : `${names.length} tensors are`;
  return `${count} ${what}: ${names.slice(0, namedInMessage).join(', ')}${more}`;
}
