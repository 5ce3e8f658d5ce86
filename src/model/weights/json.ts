import { AppError } from '#base/app-error';
import type { ErrorCode } from '#base/error-codes';

/** A parsed JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** Which file a JSON text came from and which code its faults get. */
export interface JsonSource {
  readonly file: string;
  readonly code: ErrorCode;
}

/**
 * Parses a JSON object that a stranger wrote. Unlike `JSON.parse` it refuses a key given twice in one object (the last
 * would win in silence) and nesting beyond `maxDepth`.
 */
export function parseJsonObject(text: string, source: JsonSource, { maxDepth = 64 } = {}): JsonObject {
  const fault = (reason: string, cause?: unknown) =>
    new AppError(source.code, `${source.file} is damaged: ${reason}.`, {
      data: { file: source.file, reason },
      ...(cause === undefined ? {} : { cause }),
    });
  refuseDepthAndDuplicates(text, maxDepth, fault);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw fault('it is not valid JSON', error);
  }
  if (!isJsonObject(value)) throw fault('it holds no JSON object');
  return value;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One pass over the text before the real parser sees it; tolerant of everything else that is wrong with it. */
function refuseDepthAndDuplicates(text: string, maxDepth: number, fault: (reason: string) => AppError): void {
  /** The keys of every open object; `undefined` for an open array. */
  const open: (Set<string> | undefined)[] = [];
  let expectKey = false;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: {
        const end = endOfString(text, i);
        if (expectKey) {
          const raw = text.slice(i + 1, end);
          const key = raw.includes('\\') ? unescapeKey(raw) : raw;
          const keys = open.at(-1);
          if (keys?.has(key)) throw fault(`the name "${key.slice(0, 200)}" occurs twice`);
          keys?.add(key);
          expectKey = false;
        }
        i = end;
        break;
      }
      case 0x7b:
      case 0x5b: {
        if (open.length >= maxDepth) throw fault(`it is nested deeper than ${maxDepth} levels`);
        const isObject = text.charCodeAt(i) === 0x7b;
        open.push(isObject ? new Set() : undefined);
        expectKey = isObject;
        break;
      }
      case 0x7d:
      case 0x5d:
        open.pop();
        expectKey = false;
        break;
      case 0x2c:
        expectKey = open.at(-1) !== undefined;
        break;
      default:
    }
  }
}

/** Position of the closing quote of the string that opens at `start`, or the text's length. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text.charCodeAt(i) !== 0x22) i += text.charCodeAt(i) === 0x5c ? 2 : 1;
  return i;
}

/** Two spellings of one key are one key; an invalid escape is left for the parser to refuse. */
function unescapeKey(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}

/** Reads the fields of a JSON object one by one; whatever is missing or of another type is a fault that names its path. */
export class JsonFields {
  readonly #object: JsonObject;
  readonly #path: string;
  readonly #source: JsonSource;

  constructor(object: JsonObject, source: JsonSource, path = '') {
    this.#object = object;
    this.#source = source;
    this.#path = path;
  }

  text(name: string): string {
    const value = this.#object[name];
    return typeof value === 'string' ? value : this.#refuse(name, 'a text');
  }

  textOrNull(name: string): string | null {
    return this.#object[name] === null ? null : this.text(name);
  }

  /** A whole number from 0. */
  count(name: string): number {
    const value = this.#object[name];
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : this.#refuse(name, 'a whole number');
  }

  oneOf<T extends string>(name: string, options: readonly T[]): T {
    const value = options.find((option) => option === this.#object[name]);
    return value ?? this.#refuse(name, `one of ${options.join(', ')}`);
  }

  object(name: string): JsonObject {
    const value = this.#object[name];
    return isJsonObject(value) ? value : this.#refuse(name, 'an object');
  }

  /** A list of objects, each read by its own fields. */
  list(name: string): readonly JsonFields[] {
    const value = this.#object[name];
    if (!Array.isArray(value)) return this.#refuse(name, 'a list');
    return (value as readonly Json[]).map((item, index) => {
      const path = `${this.#path}${name}[${index}]`;
      if (!isJsonObject(item)) return this.#refuse(`${name}[${index}]`, 'an object');
      return new JsonFields(item, this.#source, `${path}.`);
    });
  }

  #refuse(name: string, wanted: string): never {
    const { file, code } = this.#source;
    const field = this.#path + name;
    throw new AppError(code, `${file} is damaged: "${field}" must be ${wanted}.`, { data: { file, field } });
  }
}
