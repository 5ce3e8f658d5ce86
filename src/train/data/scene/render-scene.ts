import type { Raster } from '#raster/raster';
import { type SpriteSheet, letterOf, spriteOf } from '../sprites/sprite-sheet.ts';
import { paintRamp } from '../sprites/paint.ts';
import type { Rgb } from '../vocabulary/oklab.ts';
import { drawBackground } from './draw-background.ts';
import { type Pose, blit, blitCoverage } from './blit.ts';
import { type Label, type PlacedSprite, type Scene, letterAdvance, pixelSize } from './scene.ts';

/**
 * Draws a scene with `size` pixels along the shorter side. Layers are drawn one after the other and each pixel depends
 * on nothing but the scene, so two scenes that differ in one sprite are equal, byte for byte, outside of it.
 */
export function renderScene(scene: Scene, sheet: SpriteSheet, size: number): Raster & { readonly channels: 3 } {
  const { width, height } = pixelSize(scene.frame, size);
  const picture = { width, height, channels: 3, data: new Uint8Array(width * height * 3) } as const;
  drawBackground(picture, scene.background, size);
  for (const sprite of scene.sprites) {
    const source = spriteOf(sheet, sprite.object, scene.style);
    const ramp = sprite.paint && paintRampOf(sprite.paint.rgb, source.mainLuma);
    blit(picture, sheet.bytes, source, poseOf(sprite, size), ramp);
  }
  if (scene.label) {
    const ramp = paintRampOf(scene.label.color.rgb, 255);
    for (const { character, pose } of letterPoses(scene.label, size)) {
      blit(picture, sheet.bytes, letterOf(sheet, character), pose, ramp);
    }
  }
  return picture;
}

/** The visible part of every sprite, 0..255 a pixel, in the scene's order: what nearer ones cover is taken off. */
export function renderMasks(scene: Scene, sheet: SpriteSheet, size: number): Raster[] {
  const { width, height } = pixelSize(scene.frame, size);
  const masks = scene.sprites.map((sprite): Raster => {
    const mask = { width, height, channels: 1, data: new Uint8Array(width * height) } as const;
    blitCoverage(mask, sheet.bytes, spriteOf(sheet, sprite.object, scene.style), poseOf(sprite, size));
    return mask;
  });
  for (const [index, { data }] of masks.entries()) {
    for (const nearer of masks.slice(index + 1)) {
      for (let at = 0; at < data.length; at++) data[at] = Math.round((data[at]! * (255 - nearer.data[at]!)) / 255);
    }
  }
  return masks;
}

/** How near each pixel is, 0..255: 0 is the background, 255 the frontmost sprite. */
export function renderDepth(scene: Scene, sheet: SpriteSheet, size: number): Raster {
  const { width, height } = pixelSize(scene.frame, size);
  const depth = new Uint8Array(width * height);
  const masks = renderMasks(scene, sheet, size);
  for (const [index, { data: mask }] of masks.entries()) {
    const nearness = nearnessOf(index, masks.length);
    for (let at = 0; at < depth.length; at++) depth[at] = depth[at]! + Math.round((mask[at]! / 255) * nearness);
  }
  return { width, height, channels: 1, data: depth };
}

/** Sprites share the range 110..255 from the farthest to the nearest, so that even the farthest stands out. */
function nearnessOf(index: number, count: number): number {
  return count === 1 ? 255 : 110 + (145 * index) / (count - 1);
}

function poseOf({ x, y, size: length, rotation, flipped }: PlacedSprite, size: number): Pose {
  return { x: x * size, y: y * size, side: length * size, rotation, flipped };
}

function letterPoses(label: Label, size: number): { character: string; pose: Pose }[] {
  const advance = letterAdvance * label.height;
  const start = label.x - (advance * (label.text.length - 1)) / 2;
  return Array.from(label.text, (character, index) => ({
    character,
    pose: {
      x: (start + index * advance) * size,
      y: label.y * size,
      side: label.height * size,
      rotation: 0,
      flipped: false,
    },
  })).filter(({ character }) => character !== ' ');
}

/** Paints come from a small set of shades and every sprite has one luma, so ramps repeat; the oldest are dropped. */
const ramps = new Map<number, Uint8Array>();
const maxRamps = 4096;

function paintRampOf(paint: Rgb, mainLuma: number): Uint8Array {
  const key = ((paint[0] * 256 + paint[1]) * 256 + paint[2]) * 256 + Math.round(mainLuma);
  let ramp = ramps.get(key);
  if (!ramp) {
    ramp = paintRamp(paint, mainLuma);
    if (ramps.size >= maxRamps) ramps.delete(ramps.keys().next().value!);
    ramps.set(key, ramp);
  }
  return ramp;
}
