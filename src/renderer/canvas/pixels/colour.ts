/** 0 to 255 each, sRGB. */
export interface Colour {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

export const black: Colour = Object.freeze({ red: 0, green: 0, blue: 0 });

/** Reads `#rrggbb`, which is how documents and settings write colours. */
export function parseColour(text: string): Colour {
  const value = Number.parseInt(text.slice(1), 16);
  return { red: value >> 16, green: (value >> 8) & 255, blue: value & 255 };
}
