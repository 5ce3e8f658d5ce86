import type { NamedColor } from '../vocabulary/colors.ts';
import type { StyleId } from '../vocabulary/styles.ts';

/**
 * A picture before it has pixels: everything that decides them, as plain records. Lengths are in units of the frame's
 * shorter side, with the origin at the top left, so that one scene can be drawn at any resolution.
 */
export interface Scene {
  readonly frame: Frame;
  readonly style: StyleId;
  readonly background: Background;
  /** Back to front. */
  readonly sprites: readonly PlacedSprite[];
  readonly label?: Label;
}

/** Width and height; the shorter one is 1. */
export interface Frame {
  readonly width: number;
  readonly height: number;
}

/** What a sprite is, wherever it stands; the style is the scene's. */
export interface Look {
  /** `ObjectEntry.id`. */
  readonly object: string;
  /** The colour it is painted in; absent for its own. */
  readonly paint?: NamedColor;
}

export interface PlacedSprite extends Look {
  /** Centre. */
  readonly x: number;
  readonly y: number;
  /** Longer side. */
  readonly size: number;
  /** Clockwise, in radians. */
  readonly rotation: number;
  readonly flipped: boolean;
}

export type Background = PlainBackground | PatternBackground | LandscapeBackground;

export interface PlainBackground {
  readonly kind: 'plain';
  readonly color: NamedColor;
}

export type PatternId = 'stripes' | 'dots' | 'checks' | 'gradient';

export interface PatternBackground {
  readonly kind: PatternId;
  /** The ground, or the colour that a gradient starts with. */
  readonly color: NamedColor;
  /** The stripes, dots or other squares, or the colour that a gradient ends with. */
  readonly accent: NamedColor;
  /** Direction of stripes and gradients, in radians; 0 runs to the right. */
  readonly angle: number;
  /** Length of one repetition. */
  readonly period: number;
}

export type LandscapeId = 'meadow' | 'beach' | 'night' | 'snow';

export interface LandscapeBackground {
  readonly kind: LandscapeId;
  /** Height of the horizon above the lower edge, as a part of the frame's height. */
  readonly horizon: number;
  /** Places hills, waves and stars. */
  readonly seed: number;
}

/** A line of capital letters, digits and signs. */
export interface Label {
  readonly text: string;
  readonly color: NamedColor;
  /** Centre. */
  readonly x: number;
  readonly y: number;
  /** Height of the letters. */
  readonly height: number;
}

/** Advance of one letter cell, as a part of the letters' height. */
export const letterAdvance = 0.86;

export function labelWidth({ text, height }: Label): number {
  return text.length * letterAdvance * height;
}

/** Pixels of a frame whose shorter side has `size` of them. */
export function pixelSize(frame: Frame, size: number): { width: number; height: number } {
  return { width: Math.round(frame.width * size), height: Math.round(frame.height * size) };
}

export const squareFrame: Frame = { width: 1, height: 1 };
