import { apply, intersectRect, isEmptyRect, unionRect, type Rect, type Transform } from '#shared/document/geometry';
import { tileSide, tilesTouching, type TileKey } from '#shared/document/tile-index';
import { createStrokePath, type Brush, type Dab, type StrokePath, type StrokeSample } from './brush.ts';
import { stamp, type Coverage } from './coverage.ts';
import { paintPixels, type Paint } from './paint.ts';
import { sampleSurface } from './sample.ts';
import { emptyRect, mutableTile, tileRect, withTiles, type Surface, type Tile } from './surface.ts';

export interface StrokeOptions {
  readonly brush: Brush;
  readonly paint: Paint;
  /** From the layer's pixels to the document's, and back: the brush is round in the document. */
  readonly toDocument: Transform;
  readonly fromDocument: Transform;
  /** Limits the stroke; its pixels are found from the layer's through `toClip`. */
  readonly clip?: { readonly surface: Surface; readonly toClip: Transform } | undefined;
}

/**
 * A stroke that is being drawn on a surface. Dabs gather in a coverage of their own, and the tiles they touch are
 * painted anew from the untouched surface, so overlapping dabs do not darken and the stroke can be taken back whole.
 */
export class Stroke {
  readonly #base: Surface;
  readonly #options: StrokeOptions;
  readonly #path: StrokePath;
  readonly #coverage: Coverage = new Map();
  readonly #tiles = new Map<TileKey, Tile>();
  readonly #clips = new Map<TileKey, Tile>();
  #surface: Surface;

  constructor(base: Surface, options: StrokeOptions) {
    this.#base = base;
    this.#surface = base;
    this.#options = options;
    this.#path = createStrokePath(options.brush);
  }

  /** The surface with the stroke on it; its tiles go on changing until the stroke is finished. */
  get surface(): Surface {
    return this.#surface;
  }

  /** Draws on along the pointer's way and returns what changed, in the layer's pixels. */
  add(samples: readonly StrokeSample[]): Rect {
    return this.#print(this.#path.add(samples));
  }

  finish(): Rect {
    return this.#print(this.#path.finish());
  }

  #print(dabs: readonly Dab[]): Rect {
    const { brush, toDocument, fromDocument } = this.#options;
    let dirty = emptyRect;
    for (const dab of dabs) {
      const touched = stamp(this.#coverage, {
        centre: apply(fromDocument, dab),
        radius: dab.radius,
        toRound: toDocument,
        hardness: brush.hardness,
        strength: dab.strength,
        mode: brush.flow < 1 ? 'build' : 'cover',
      });
      dirty = unionRect(dirty, touched);
    }
    for (const key of tilesTouching(dirty)) this.#repaint(key, dirty);
    return dirty;
  }

  #repaint(key: TileKey, dirty: Rect): void {
    const coverage = this.#coverage.get(key);
    if (!coverage) return;
    const outer = tileRect(key);
    const inside = intersectRect(outer, dirty);
    if (isEmptyRect(inside)) return;
    const { paint, brush } = this.#options;
    const { channels } = this.#base;
    paintPixels({
      paint,
      channels,
      base: this.#base.tiles.get(key),
      target: this.#tileFor(key),
      coverage,
      opacity: brush.opacity,
      clip: this.#clipFor(key),
      offset: (inside.y - outer.y) * tileSide + inside.x - outer.x,
      width: inside.width,
      height: inside.height,
    });
  }

  #tileFor(key: TileKey): Tile {
    let tile = this.#tiles.get(key);
    if (!tile) {
      tile = mutableTile(this.#base, key);
      this.#tiles.set(key, tile);
      this.#surface = { channels: this.#base.channels, tiles: new Map([...this.#base.tiles, ...this.#tiles]) };
    }
    return tile;
  }

  #clipFor(key: TileKey): Tile | undefined {
    const { clip } = this.#options;
    if (!clip) return undefined;
    let tile = this.#clips.get(key);
    if (!tile) this.#clips.set(key, (tile = sampleSurface(clip.surface, clip.toClip, tileRect(key)).data));
    return tile;
  }

  /** The surface to keep: tiles that nothing visible fell on, and those emptied, are not in it. */
  committed(): Surface {
    const changes = new Map<TileKey, Tile>();
    for (const [key, tile] of this.#tiles) {
      const old = this.#base.tiles.get(key);
      if (!old || old.some((byte, i) => byte !== tile[i])) changes.set(key, tile);
    }
    return withTiles(this.#base, changes);
  }
}
