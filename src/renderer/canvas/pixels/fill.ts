import { tilesTouching, type TileKey } from '#shared/document/tile-index';
import { intersectRect } from '#shared/document/geometry';
import { reachOf, type Placed } from './layering.ts';
import { paintPixels, type Paint } from './paint.ts';
import { sampleSurface } from './sample.ts';
import { isBlank, mutableTile, tileRect, withTiles, type Surface, type Tile } from './surface.ts';

/**
 * Paints a surface through a mask. Yields after each tile, so that whoever runs it can stop or let others work.
 * @param cover - where, and how much
 * @param clip - limits it further; undefined does not
 */
export function* fillThrough(
  base: Surface,
  { cover, clip, paint, opacity }: { cover: Placed; clip: Placed | undefined; paint: Paint; opacity: number },
): Generator<void, Surface> {
  const changes = new Map<TileKey, Tile>();
  const reach = clip ? intersectRect(reachOf(cover), reachOf(clip)) : reachOf(cover);
  for (const key of tilesTouching(reach)) {
    const rect = tileRect(key);
    const coverage = sampleSurface(cover.surface, cover.toSource, rect).data;
    if (!isBlank(coverage)) {
      const target = mutableTile(base, key);
      paintPixels({
        paint,
        channels: base.channels,
        base: base.tiles.get(key),
        target,
        coverage,
        opacity,
        clip: clip && sampleSurface(clip.surface, clip.toSource, rect).data,
        offset: 0,
        width: rect.width,
        height: rect.height,
      });
      changes.set(key, target);
    }
    yield;
  }
  return withTiles(base, changes);
}
