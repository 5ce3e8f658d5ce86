/**
 * `model.json`, the one file that makes a folder a model package. It says what the model is, how its weights are stored,
 * where it came from, and which files with which content belong to it.
 */
import { AppError } from '#base/app-error';
import { JsonFields, parseJsonObject, type JsonObject, type JsonSource } from './json.ts';

/** How the weights of a package are stored; `layout.ts` says what that means for each parameter. */
export type Precision = 'f32' | 'f16' | 'int8' | 'q4';
export const precisions: readonly Precision[] = ['f32', 'f16', 'int8', 'q4'];

/** A file of a package, by its plain name inside the folder. */
export interface PackageFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface PackageManifest {
  /** What a person calls the model, such as `Ovis-U1-3B`. */
  readonly name: string;
  readonly kind: 'ovis-u1';
  readonly precision: Precision;
  /** SPDX identifier, or null where the source did not say. */
  readonly licence: string | null;
  /** How the package came to be: the import or the training recipe, as that code wrote it. */
  readonly origin: JsonObject;
  /** The checkpoint's `config.json`, unchanged. */
  readonly config: JsonObject;
  readonly files: readonly PackageFile[];
}

/** Name of the manifest inside a package. */
export const manifestName = 'model.json';

/** Raised when an old studio would misread what a new one writes. */
const formatVersion = 1;

export function formatManifest(manifest: PackageManifest): string {
  return `${JSON.stringify({ format: 'ovis-studio-model', version: formatVersion, ...manifest }, null, 2)}\n`;
}

/** @param file how messages call the file */
export function parseManifest(text: string, file: string): PackageManifest {
  const source: JsonSource = { file, code: 'package-invalid' };
  const fields = new JsonFields(parseJsonObject(text, source), source);
  fields.oneOf('format', ['ovis-studio-model']);
  const version = fields.count('version');
  if (version !== formatVersion) {
    throw new AppError(
      'package-version-unsupported',
      `${file} is of version ${version} of the package format and this studio reads version ${formatVersion}; update the studio or import the model again.`,
      { data: { file, version } },
    );
  }
  return {
    name: fields.text('name'),
    kind: fields.oneOf('kind', ['ovis-u1']),
    precision: fields.oneOf('precision', precisions),
    licence: fields.textOrNull('licence'),
    origin: fields.object('origin'),
    config: fields.object('config'),
    files: fields.list('files').map((entry) => parseFile(entry, source)),
  };
}

function parseFile(fields: JsonFields, { file, code }: JsonSource): PackageFile {
  const name = fields.text('name');
  // A plain name and nothing else: a manifest must not point outside its folder.
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) {
    throw new AppError(code, `${file} is damaged: "${name.slice(0, 200)}" is not a plain file name.`, {
      data: { file, name },
    });
  }
  const sha256 = fields.text('sha256');
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new AppError(code, `${file} is damaged: the hash of "${name}" is not a SHA-256.`, { data: { file, name } });
  }
  return { name, sizeBytes: fields.count('sizeBytes'), sha256 };
}
