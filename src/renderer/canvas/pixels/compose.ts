import { blendOver, type PixelWindow } from '#raster/blend';
import { compose, intersectRect, isEmptyRect, scaling, transformedBounds, type Rect } from '#shared/document/geometry';
import type { Colour } from './colour.ts';
import type { Placed } from './layering.ts';
import { sampleSurface, type Interpolation } from './sample.ts';
import { reachOfNode, type GroupNode, type PixelNode, type Scene, type SceneNode } from './scene.ts';
import { createBlock, type Block, type Surface } from './surface.ts';

/** How a scene is painted. A pixel of the target stands for 2ˡᵉᵛᵉˡ document pixels each way. */
export interface PaintOptions {
  readonly level: number;
  readonly interpolation?: Interpolation;
  /** Tells surfaces that are being written to, of which nothing may be remembered. */
  readonly isLive?: (surface: Surface) => boolean;
}

/** Opacity of a mask's tint where the mask is full. */
const tintOpacity = 0.5;

/** Paints nodes over what the target holds. */
export function paintScene(target: Block, scene: Scene, options: PaintOptions): void {
  for (const node of scene) paintNode(target, node, options);
}

export function paintNode(target: Block, node: SceneNode, options: PaintOptions): void {
  const scale = 2 ** options.level;
  const reach = transformedBounds(scaling(1 / scale, 1 / scale), reachOfNode(node));
  if (isEmptyRect(intersectRect(reach, target))) return;
  if (node.kind === 'pixels') paintPixelNode(target, node, options);
  else paintGroup(target, node, options, (inner) => paintScene(inner, node.children, options));
}

function paintPixelNode(target: Block, node: PixelNode, options: PaintOptions): void {
  const own = sampleAt(node.pixels, target, options);
  const source = node.tint ? tinted(own, node.tint) : own;
  blendOver(windowOf(target), windowOf(source), target, {
    mode: node.tint ? 'normal' : node.blend,
    opacity: node.opacity,
    mask: node.mask && windowOf(sampleAt(node.mask, target, options)),
  });
}

/** Paints a group whose children are painted as the caller likes: one by one, or out of a cache. */
export function paintGroup(
  target: Block,
  node: GroupNode,
  options: PaintOptions,
  paintChildren: (target: Block) => void,
): void {
  const mask = node.mask && windowOf(sampleAt(node.mask, target, options));
  if (node.isolated) {
    const group = createBlock(target, 4);
    paintChildren(group);
    blendOver(windowOf(target), windowOf(group), target, { mode: node.blend, opacity: node.opacity, mask });
    return;
  }
  if (node.opacity === 1 && !mask) {
    paintChildren(target);
    return;
  }
  const through: Block = { ...target, data: new Uint8Array(target.data) };
  paintChildren(through);
  mix(target.data, through.data, node.opacity, mask?.data);
}

function sampleAt({ surface, toSource }: Placed, rect: Rect, { level, isLive, interpolation }: PaintOptions): Block {
  const scale = 2 ** level;
  return sampleSurface(surface, compose(toSource, scaling(scale, scale)), rect, {
    isLive: isLive?.(surface) ?? false,
    interpolation: interpolation ?? 'bilinear',
  });
}

function tinted(mask: Block, { red, green, blue }: Colour): Block {
  const block = createBlock(mask, 4);
  for (let i = 0, at = 0; i < mask.data.length; i++, at += 4) {
    block.data[at] = red;
    block.data[at + 1] = green;
    block.data[at + 2] = blue;
    block.data[at + 3] = mask.data[i]! * tintOpacity + 0.5;
  }
  return block;
}

/** Moves straight-alpha pixels towards others, by opacity and mask, as if both were multiplied by their alpha. */
function mix(target: Uint8Array, other: Uint8Array, opacity: number, mask: Uint8Array | undefined): void {
  for (let i = 0, at = 0; at < target.length; i++, at += 4) {
    const amount = mask ? (mask[i]! / 255) * opacity : opacity;
    const own = target[at + 3]! * (1 - amount);
    const added = other[at + 3]! * amount;
    const alpha = own + added;
    if (alpha === 0) continue;
    for (let c = 0; c < 3; c++) {
      target[at + c] = (target[at + c]! * own + other[at + c]! * added) / alpha + 0.5;
    }
    target[at + 3] = alpha + 0.5;
  }
}

const windowOf = ({ data, width }: Block): PixelWindow => ({ data, offset: 0, stride: width });
