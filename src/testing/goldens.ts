import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { headerSizeBytes, parseSafetensorsHeader, prefixSizeBytes, type TensorEntry } from '#model/weights/safetensors';

/** Folder of the golden fixtures: `OVIS_FIXTURES`, or `shared/fixtures` beside the repository. */
export const FIXTURES =
  process.env['OVIS_FIXTURES'] ?? fileURLToPath(new URL('../../../shared/fixtures', import.meta.url));

const hasFixtures = existsSync(FIXTURES);
if (!hasFixtures) console.warn(`Skipping golden tests: no folder ${FIXTURES} (set OVIS_FIXTURES).`);

/** `describe` for tests that compare with the reference's numbers; skipped where the fixtures are not there. */
export const describeGolden = hasFixtures ? describe : describe.skip;

/** A tensor of a case: row-major data and its shape. */
export interface GoldenTensor<Data = Float32Array | Int32Array | Uint8Array> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/** One case of a manifest. Tensor names are those of the file: `in.x`, `out.y`, `dbg.z`. */
export interface GoldenCase {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly names: readonly string[];
  f32(name: string): GoldenTensor<Float32Array>;
  i32(name: string): GoldenTensor<Int32Array>;
  u8(name: string): GoldenTensor<Uint8Array>;
  /** Largest allowed difference of an `out.*` tensor, from the manifest. */
  atol(name: string): number;
}

interface ManifestTensor {
  readonly atol?: number;
  readonly same_as?: string;
}
interface ManifestCase {
  readonly id: string;
  readonly file: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, ManifestTensor>>;
}

/** Reads case `id` of the fixture `ovis-u1-dev`: of `goldens`, or of `gradients`. */
export function loadCase(id: string, group: 'goldens' | 'gradients' = 'goldens'): GoldenCase {
  const manifest = JSON.parse(fixtureText(`ovis-u1-dev/${group}/manifest.json`)) as { cases: readonly ManifestCase[] };
  const entry = manifest.cases.find((candidate) => candidate.id === id);
  if (!entry) throw new Error(`The manifest of ${group} has no case ${id}`);
  const tensors = readSafetensors(path.join(FIXTURES, 'ovis-u1-dev', group, entry.file));
  const output = (name: string) => (name.startsWith('out.') ? entry.outputs[name.slice('out.'.length)] : undefined);
  const find = <Data>(name: string, type: abstract new (...args: never[]) => Data): GoldenTensor<Data> => {
    const sameAs = output(name)?.same_as;
    const tensor = tensors.get(sameAs === undefined ? name : `out.${sameAs}`);
    if (!tensor) throw new Error(`Case ${id} has no tensor ${name}; it has ${[...tensors.keys()].join(', ')}`);
    if (!(tensor.data instanceof type)) throw new Error(`Tensor ${name} of case ${id} is not a ${type.name}`);
    return { shape: tensor.shape, data: tensor.data };
  };
  return {
    id,
    params: entry.params,
    names: [...tensors.keys()],
    f32: (name) => find(name, Float32Array),
    i32: (name) => find(name, Int32Array),
    u8: (name) => find(name, Uint8Array),
    atol(name) {
      const same = output(name)?.same_as;
      const atol = (same === undefined ? output(name) : entry.outputs[same])?.atol;
      if (atol === undefined) throw new Error(`The manifest gives no atol for ${name} of case ${id}`);
      return atol;
    },
  };
}

/** Text of a file below the fixtures folder. */
export function fixtureText(relativePath: string): string {
  return readFileSync(path.join(FIXTURES, relativePath), 'utf8');
}

/** Parsed JSON of a file below the fixtures folder. */
export function fixtureJson(relativePath: string): unknown {
  return JSON.parse(fixtureText(relativePath));
}

/** The parsed JSON files that `parseOvisConfig` takes, of the fixture's checkpoint. */
export function fixtureConfigFiles(): { config: unknown; preprocessorConfig: unknown } {
  return {
    config: fixtureJson('ovis-u1-dev/model/config.json'),
    preprocessorConfig: fixtureJson('ovis-u1-dev/model/preprocessor_config.json'),
  };
}

/** A tensor of the fixture's checkpoint, by its name there. */
export function fixtureTensor(name: string): GoldenTensor<Float32Array> {
  const tensor = readSafetensors(path.join(FIXTURES, 'ovis-u1-dev/model/model.safetensors')).get(name);
  if (!(tensor?.data instanceof Float32Array)) throw new Error(`The fixture's checkpoint has no f32 tensor ${name}`);
  return { shape: tensor.shape, data: tensor.data };
}

/** Largest |a − b|; infinite when the lengths differ or a value is not a number. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let max = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (Number.isNaN(difference)) return Infinity;
    if (difference > max) max = difference;
  }
  return max;
}

function readSafetensors(file: string): Map<string, GoldenTensor> {
  const bytes = readFileSync(file);
  const source = { file, fileSizeBytes: bytes.length };
  const headerEnd = prefixSizeBytes + headerSizeBytes(bytes.subarray(0, prefixSizeBytes), source);
  const { tensors } = parseSafetensorsHeader(bytes.subarray(prefixSizeBytes, headerEnd), source);
  const arrays = { f32: Float32Array, i32: Int32Array, u8: Uint8Array } as const;
  const read = ({ dtype, shape, offsetBytes, sizeBytes }: TensorEntry): GoldenTensor => {
    const TypedArray = arrays[dtype as keyof typeof arrays];
    // Copied, because a typed array must start at a multiple of its element size.
    const data = new Uint8Array(bytes.subarray(offsetBytes, offsetBytes + sizeBytes));
    return { shape, data: new TypedArray(data.buffer) };
  };
  return new Map([...tensors].map(([name, entry]) => [name, read(entry)]));
}
