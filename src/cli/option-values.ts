import { InvalidArgumentError } from 'commander';

/** Parsers of option values. What they accept is checked further where it is used; this is about the form. */
export function integer(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
  return value;
}

export function decimal(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** "768x512", or "512" for a square. */
export function size(text: string): Size {
  const match = /^(\d+)(?:[x×](\d+))?$/i.exec(text.trim());
  if (!match) throw new InvalidArgumentError('Write it as WIDTHxHEIGHT, such as 768x512.');
  const width = Number(match[1]);
  return { width, height: match[2] === undefined ? width : Number(match[2]) };
}
