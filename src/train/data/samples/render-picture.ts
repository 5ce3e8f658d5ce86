import { assertNever } from '#base/assert';
import { prefillRegion } from '#model/ovis/processing/prefill';
import { cannyEdges } from '#raster/canny';
import { gaussianBlur } from '#raster/gaussian-blur';
import {
  type Plane,
  createPlane,
  mapPlane,
  mapPlanes,
  maskOfPlane,
  planesOfRaster,
  rasterOfPlanes,
} from '#raster/plane';
import { lineMap } from '#raster/line-map';
import type { Raster } from '#raster/raster';
import { createRng } from '../random.ts';
import { renderDepth, renderMasks, renderScene } from '../scene/render-scene.ts';
import { pixelSize } from '../scene/scene.ts';
import { lumaOf } from '../sprites/paint.ts';
import type { SpriteSheet } from '../sprites/sprite-sheet.ts';
import type { Hole, PictureRecipe } from './sample-plan.ts';

type HoledRecipe = Extract<PictureRecipe, { kind: 'holed' }>;

/** Draws an edit's source picture, RGB, with `size` pixels along the shorter side. */
export function renderPicture(recipe: PictureRecipe, sheet: SpriteSheet, size: number): Raster {
  const clean = () => renderScene(recipe.scene, sheet, size);
  switch (recipe.kind) {
    case 'scene':
      return clean();
    case 'noisy':
      return noisy(clean(), recipe.sigma, recipe.seed);
    case 'blurred':
      return rasterOfPlanes(mapPlanes(planesOfRaster(clean()), (plane) => gaussianBlur(plane, recipe.sigma * size)));
    case 'grey':
      return grey(clean());
    case 'canny':
      return threeChannels(cannyEdges(clean()));
    case 'lines':
      return threeChannels(lineMap(clean()));
    case 'depth':
      return threeChannels(renderDepth(recipe.scene, sheet, size));
    case 'holed':
      return prefillRegion(clean(), holeMask(recipe, sheet, size), recipe.intent);
    default:
      return assertNever(recipe);
  }
}

/** One channel: 255 in the hole, 0 outside, soft along its edge. */
export function renderHole(recipe: HoledRecipe, sheet: SpriteSheet, size: number): Raster {
  return maskOfPlane(holeMask(recipe, sheet, size));
}

/** 255 wherever two pictures differ at all. */
export function changedMask(first: Raster, second: Raster): Raster {
  const { width, height } = first;
  const data = new Uint8Array(width * height);
  for (let index = 0, at = 0; index < data.length; index++, at += 3) {
    const same =
      first.data[at] === second.data[at] &&
      first.data[at + 1] === second.data[at + 1] &&
      first.data[at + 2] === second.data[at + 2];
    data[index] = same ? 0 : 255;
  }
  return { width, height, channels: 1, data };
}

function noisy(picture: Raster, sigma: number, seed: number): Raster {
  const rng = createRng(seed, 'noise');
  const data = new Uint8ClampedArray(picture.data);
  for (let at = 0; at < data.length; at++) data[at] = Math.round(data[at]! + 255 * sigma * rng.normal());
  return { ...picture, data: new Uint8Array(data.buffer) };
}

function grey(picture: Raster): Raster {
  const data = new Uint8Array(picture.data.length);
  for (let at = 0; at < data.length; at += 3) {
    const luma = Math.round(lumaOf([picture.data[at]!, picture.data[at + 1]!, picture.data[at + 2]!]));
    data.fill(luma, at, at + 3);
  }
  return { ...picture, data };
}

function threeChannels({ width, height, data }: Raster): Raster {
  const result = new Uint8Array(data.length * 3);
  for (const [index, value] of data.entries()) result.fill(value, index * 3, index * 3 + 3);
  return { width, height, channels: 3, data: result };
}

/** 0..1, with edges one pixel wide. */
function holeMask({ hole, scene }: HoledRecipe, sheet: SpriteSheet, size: number): Plane {
  const { width, height } = pixelSize(scene.frame, size);
  if (hole.kind === 'ground') {
    const ground = createPlane(width, height, 1);
    const masks = renderMasks(scene, sheet, size);
    return mapPlane(ground, (_, index) => masks.reduce((left, { data }) => left - data[index]! / 255, 1));
  }
  const depth = depthInside(hole, size);
  const data = new Float32Array(width * height);
  for (let y = 0, index = 0; y < height; y++) {
    for (let x = 0; x < width; x++, index++) data[index] = Math.min(1, Math.max(0, depth(x + 0.5, y + 0.5) + 0.5));
  }
  return { width, height, data };
}

/** Signed distance inside a hole, in pixels (about, for ellipses). */
function depthInside(hole: Exclude<Hole, { kind: 'ground' }>, size: number): (x: number, y: number) => number {
  if (hole.kind === 'strokes') {
    const points = hole.points.map(([x, y]) => [x * size, y * size] as const);
    return (x, y) => hole.radius * size - distanceToLine(points, x, y);
  }
  const [halfWidth, halfHeight] = [(hole.width * size) / 2, (hole.height * size) / 2];
  const [centreX, centreY] = [hole.x * size + halfWidth, hole.y * size + halfHeight];
  const inBox = (x: number, y: number) =>
    Math.min(halfWidth - Math.abs(x - centreX), halfHeight - Math.abs(y - centreY));
  switch (hole.kind) {
    case 'box':
      return inBox;
    case 'outside':
      return (x, y) => -inBox(x, y);
    case 'ellipse':
      return (x, y) =>
        (1 - Math.hypot((x - centreX) / halfWidth, (y - centreY) / halfHeight)) * Math.min(halfWidth, halfHeight);
  }
}

function distanceToLine(points: readonly (readonly [number, number])[], x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const [index, [startX, startY]] of points.slice(0, -1).entries()) {
    const [endX, endY] = points[index + 1]!;
    const [dx, dy] = [endX - startX, endY - startY];
    const length = dx * dx + dy * dy;
    const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - startX) * dx + (y - startY) * dy) / length));
    nearest = Math.min(nearest, Math.hypot(x - startX - along * dx, y - startY - along * dy));
  }
  return nearest;
}
