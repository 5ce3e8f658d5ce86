import { AppError } from '#base/app-error';

/** No size of any model comes near this; a larger number is damage or an attack on our memory. */
const LARGEST_SIZE = 2 ** 24;

/**
 * Reads fields of a parsed JSON object and complains by full path (`config.json: llm_config.hidden_size`). A field that
 * is absent or null takes the fallback where one is given; everything else must have the right type and range.
 */
export class ConfigFields {
  readonly #path: string;
  readonly #value: Readonly<Record<string, unknown>>;

  /** `path` names the object in messages: a file name, then field names. */
  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalidConfig(path, 'must be an object');
    }
    this.#value = value as Record<string, unknown>;
    this.#path = path;
  }

  /** The nested object `name`. */
  object(name: string): ConfigFields {
    return new ConfigFields(this.#get(name), this.#pathOf(name));
  }

  /** A whole number ≥ 1: a width, a count, a number of pixels. */
  size(name: string, fallback?: number): number {
    const value = this.#get(name) ?? fallback;
    if (!isSize(value)) throw this.invalid(name, `must be a whole number from 1 to ${LARGEST_SIZE}`);
    return value;
  }

  /** A list of whole numbers ≥ 1, not empty. */
  sizes(name: string): readonly number[] {
    const value = this.#get(name);
    if (!Array.isArray(value) || value.length === 0 || value.length > 64 || !value.every(isSize)) {
      throw this.invalid(name, `must be a list of 1 to 64 whole numbers from 1 to ${LARGEST_SIZE}`);
    }
    return value;
  }

  /** A finite number above zero: an epsilon, a theta, a ratio. */
  positive(name: string, fallback?: number): number {
    const value = this.#get(name) ?? fallback;
    if (!isFiniteNumber(value) || value <= 0) throw this.invalid(name, 'must be a finite number above 0');
    return value;
  }

  /** A finite number of any sign. */
  number(name: string, fallback?: number): number {
    const value = this.#get(name) ?? fallback;
    if (!isFiniteNumber(value)) throw this.invalid(name, 'must be a finite number');
    return value;
  }

  /** Exactly three finite numbers, one per colour channel. */
  colour(name: string): readonly [number, number, number] {
    const value = this.#get(name);
    if (!Array.isArray(value) || value.length !== 3 || !value.every(isFiniteNumber)) {
      throw this.invalid(name, 'must be a list of 3 finite numbers');
    }
    return value as [number, number, number];
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.#get(name) ?? fallback;
    if (typeof value !== 'boolean') throw this.invalid(name, 'must be true or false');
    return value;
  }

  /** Block numbers below `count`, as a list or in the form "1|3"; null when the field says nothing. */
  indexes(name: string, count: number): readonly number[] | null {
    const value = this.#get(name);
    if (value === undefined || value === null) return null;
    const list: unknown = typeof value === 'string' ? value.split('|').map(Number) : value;
    const isIndex = (item: unknown) => Number.isInteger(item) && (item as number) >= 0 && (item as number) < count;
    if (!Array.isArray(list) || !list.every(isIndex)) {
      throw this.invalid(name, `must list block numbers from 0 to ${count - 1}`);
    }
    return [...new Set(list as number[])].sort((a, b) => a - b);
  }

  /** Refuses a checkpoint that asks for a variant of the architecture that no released Ovis-U1 uses. Absent passes. */
  expect(name: string, expected: string | number | boolean | null): void {
    const value = this.#get(name) ?? null;
    if (value !== null && value !== expected) {
      throw this.invalid(name, `must be ${JSON.stringify(expected)}: other variants are not supported`);
    }
  }

  /** Refuses unless every entry of a list equals `expected`. Absent passes. */
  expectEach(name: string, expected: string): void {
    const value = this.#get(name);
    if (value === undefined || value === null) return;
    if (!Array.isArray(value) || value.some((item) => item !== expected)) {
      throw this.invalid(name, `must hold only ${JSON.stringify(expected)}: other variants are not supported`);
    }
  }

  /** The error for field `name`: its path and what it must be. */
  invalid(name: string, requirement: string): AppError {
    return invalidConfig(this.#pathOf(name), requirement);
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#value, name) ? this.#value[name] : undefined;
  }

  #pathOf(name: string): string {
    return this.#path.endsWith('.json') ? `${this.#path}: ${name}` : `${this.#path}.${name}`;
  }
}

function invalidConfig(field: string, requirement: string): AppError {
  return new AppError(
    'model-config-invalid',
    `The model's configuration is not usable: ${field} ${requirement}. Check that the folder is a complete Ovis-U1 checkpoint.`,
    { data: { field, requirement } },
  );
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= LARGEST_SIZE;
}
