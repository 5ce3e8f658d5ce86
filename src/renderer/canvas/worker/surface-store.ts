import type { BlobName } from '#shared/contract/job-request';
import { noPixels, type Pixels } from '#shared/document/pixels';
import {
  decodeTileIndex,
  encodeTileIndex,
  tileBounds,
  tileByteLength,
  type TileBase,
  type TileIndex,
  type TileKey,
} from '#shared/document/tile-index';
import { AppError } from '#base/app-error';
import { maskOfRaster } from '#raster/mask';
import type { Raster } from '#raster/raster';
import { emptySurface, surfaceOf, withTiles, type Channels, type Surface, type Tile } from '../pixels/surface.ts';
import type { TileCodec } from './tile-codec.ts';

/** Where blobs are kept, by the SHA-256 of their bytes. */
export interface BlobStore {
  get(name: BlobName): Promise<Uint8Array>;
  /** Resolves when the blob is safe. */
  put(bytes: Uint8Array<ArrayBuffer>): Promise<BlobName>;
}

export interface SurfaceStoreOptions {
  readonly blobs: BlobStore;
  readonly codec: TileCodec;
  /** Gives RGBA. */
  readonly decodePicture: (bytes: Uint8Array) => Promise<Raster>;
  /** How much may be kept of surfaces that no document at hand shows: undo finds them here. */
  readonly budgetBytes?: number;
}

/** A surface on its way in: what there is of it, and what is to come. */
export interface Opening {
  /** All at once where everything is known already. */
  readonly surface: Surface;
  /** The whole surface. */
  readonly done: Promise<Surface>;
  readonly isWhole: boolean;
}

interface StoredPicture {
  readonly base: TileBase;
  /** Where it has something. */
  readonly keys: ReadonlySet<TileKey>;
}

const defaultBudgetBytes = 384 * 2 ** 20;
/** Blobs asked for at the same time. */
const parallelLoads = 16;

/** Turns what a document says about pixels into surfaces, and surfaces into what a document can say. */
export class SurfaceStore {
  readonly #options: SurfaceStoreOptions;
  /** Least recently used first. */
  readonly #surfaces = new Map<BlobName, Surface>();
  readonly #tiles = new Map<BlobName, WeakRef<Tile>>();
  /** Asked for and on their way: layers that share tiles wait for the same. */
  readonly #arriving = new Map<BlobName, Promise<Tile>>();
  readonly #names = new WeakMap<Tile, Promise<BlobName>>();
  /** Tiles that a stored picture has: as long as they stay at their place they need not be stored again. */
  readonly #origins = new WeakMap<Tile, { readonly picture: StoredPicture; readonly key: TileKey }>();
  #pinned: ReadonlySet<BlobName> = new Set();

  constructor(options: SurfaceStoreOptions) {
    this.#options = options;
  }

  /**
   * Opens what a document names. Until all of it is there it shows `before`, with tile after tile replaced.
   * @param onProgress - told each better surface, but neither the first one nor the last
   */
  open(
    pixels: Pixels,
    channels: Channels,
    { before, onProgress }: { readonly before: Surface; readonly onProgress: (surface: Surface) => void },
  ): Opening {
    if (pixels.kind === 'empty') return whole(emptySurface(channels));
    const name = pixels.kind === 'picture' ? pixels.blob : pixels.index;
    const known = this.#recall(name, channels);
    if (known) return whole(known);
    const load = async (): Promise<Surface> => {
      const surface =
        pixels.kind === 'picture'
          ? await this.#loadPicture(name, channels)
          : await this.#loadTiles(name, channels, { before, onProgress });
      this.#remember(name, surface);
      return surface;
    };
    return { surface: before, done: load(), isWhole: false };
  }

  /** Stores a surface and says how a document names it. Tiles that are stored already cost nothing. */
  async save(surface: Surface): Promise<Pixels> {
    if (surface.tiles.size === 0) return noPixels;
    const picture = this.#pictureUnder(surface);
    const tiles = new Map<TileKey, BlobName>();
    await inParallel(picture ? this.#tilesOver(picture, surface) : surface.tiles, async ([key, tile]) => {
      tiles.set(key, await this.#nameOf(tile));
    });
    const index: TileIndex = { channels: surface.channels, tiles, ...(picture && { base: picture.base }) };
    const name = await this.#options.blobs.put(encodeTileIndex(index));
    this.#remember(name, surface);
    return { kind: 'tiles', index: name, bounds: tileBounds(index) };
  }

  /** Keeps what these name, whatever it takes; all else may go when space runs out. */
  pin(names: ReadonlySet<BlobName>): void {
    this.#pinned = names;
  }

  async #loadPicture(name: BlobName, channels: Channels): Promise<Surface> {
    const raster = await this.#options.decodePicture(await this.#options.blobs.get(name));
    const { width, height, data } = channels === 1 ? maskOfRaster(raster) : raster;
    const surface = surfaceOf({ x: 0, y: 0, width, height, channels, data });
    const picture = { base: { blob: name, width, height }, keys: new Set(surface.tiles.keys()) };
    for (const [key, tile] of surface.tiles) this.#origins.set(tile, { picture, key });
    return surface;
  }

  /** The picture that has tiles of a surface at the places where they are; of several the one that has most. */
  #pictureUnder(surface: Surface): StoredPicture | null {
    const counts = new Map<StoredPicture, number>();
    for (const [key, tile] of surface.tiles) {
      const origin = this.#origins.get(tile);
      if (origin?.key === key) counts.set(origin.picture, (counts.get(origin.picture) ?? 0) + 1);
    }
    const [most] = [...counts].sort(([, one], [, other]) => other - one);
    return most?.[0] ?? null;
  }

  /** What of a surface is not as in a picture; where the picture has something and the surface nothing, a blank tile. */
  #tilesOver(picture: StoredPicture, surface: Surface): Map<TileKey, Tile> {
    const tiles = new Map<TileKey, Tile>();
    for (const [key, tile] of surface.tiles) {
      const origin = this.#origins.get(tile);
      if (origin?.picture !== picture || origin.key !== key) tiles.set(key, tile);
    }
    const blank = new Uint8Array(tileByteLength(surface.channels));
    for (const key of picture.keys) if (!surface.tiles.has(key)) tiles.set(key, blank);
    return tiles;
  }

  async #loadTiles(
    name: BlobName,
    channels: Channels,
    { before, onProgress }: { readonly before: Surface; readonly onProgress: (surface: Surface) => void },
  ): Promise<Surface> {
    const index = decodeTileIndex(await this.#options.blobs.get(name));
    const underlay = await this.#underlay(index);
    const changes = new Map<TileKey, Tile | null>();
    const missing: [TileKey, BlobName][] = [];
    for (const key of before.tiles.keys()) if (!underlay.tiles.has(key)) changes.set(key, null);
    for (const [key, tile] of underlay.tiles) if (before.tiles.get(key) !== tile) changes.set(key, tile);
    for (const [key, tileName] of index.tiles) {
      const tile = this.#tiles.get(tileName)?.deref();
      if (tile) changes.set(key, tile);
      else {
        // Until it has come, what was there before stays.
        changes.delete(key);
        missing.push([key, tileName]);
      }
    }
    let surface = before;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (): void => {
      if (changes.size === 0) return;
      surface = withTiles(surface, changes);
      changes.clear();
      onProgress(surface);
    };
    show();
    await inParallel(missing, async ([key, tileName]) => {
      changes.set(key, await this.#loadTile(tileName, channels));
      // Changes come in bursts; a new surface for each tile would copy the list of tiles as often.
      if (changes.size === 1) timer = setTimeout(show, 8);
    });
    clearTimeout(timer);
    return withTiles(surface, changes);
  }

  /** What shows wherever an index lists no tile. */
  async #underlay({ base, channels }: TileIndex): Promise<Surface> {
    if (!base) return emptySurface(channels);
    const known = this.#recall(base.blob, channels);
    if (known) return known;
    const picture = await this.#loadPicture(base.blob, channels);
    this.#remember(base.blob, picture);
    return picture;
  }

  #loadTile(name: BlobName, channels: Channels): Promise<Tile> {
    let arriving = this.#arriving.get(name);
    if (!arriving) {
      arriving = this.#fetchTile(name, channels).finally(() => this.#arriving.delete(name));
      this.#arriving.set(name, arriving);
    }
    return arriving;
  }

  async #fetchTile(name: BlobName, channels: Channels): Promise<Tile> {
    const known = this.#tiles.get(name)?.deref();
    if (known) return known;
    const tile = await this.#options.codec.unpack(await this.#options.blobs.get(name));
    if (tile.length !== tileByteLength(channels)) {
      throw new AppError('blob-damaged', 'A part of a layer is damaged: go back to an earlier step.', {
        data: { blob: name },
      });
    }
    this.#tiles.set(name, new WeakRef(tile));
    this.#names.set(tile, Promise.resolve(name));
    return tile;
  }

  #nameOf(tile: Tile): Promise<BlobName> {
    let name = this.#names.get(tile);
    if (!name) {
      name = this.#store(tile);
      this.#names.set(tile, name);
      // What could not be stored is tried again when it is asked for again.
      name.catch(() => this.#names.delete(tile));
    }
    return name;
  }

  async #store(tile: Tile): Promise<BlobName> {
    const name = await this.#options.blobs.put(await this.#options.codec.pack(tile));
    this.#tiles.set(name, new WeakRef(tile));
    return name;
  }

  #recall(name: BlobName, channels: Channels): Surface | undefined {
    const surface = this.#surfaces.get(name);
    if (surface?.channels !== channels) return undefined;
    this.#surfaces.delete(name);
    this.#surfaces.set(name, surface);
    return surface;
  }

  #remember(name: BlobName, surface: Surface): void {
    this.#surfaces.delete(name);
    this.#surfaces.set(name, surface);
    let excess = this.#byteLength() - (this.#options.budgetBytes ?? defaultBudgetBytes);
    for (const [old] of this.#surfaces) {
      if (excess <= 0) return;
      if (old === name || this.#pinned.has(old)) continue;
      const before = this.#byteLength();
      this.#surfaces.delete(old);
      excess -= before - this.#byteLength();
    }
  }

  /** Of all tiles of all surfaces kept, each counted once. */
  #byteLength(): number {
    const tiles = new Set<Tile>();
    for (const surface of this.#surfaces.values()) for (const tile of surface.tiles.values()) tiles.add(tile);
    let sum = 0;
    for (const tile of tiles) sum += tile.length;
    return sum;
  }
}

function whole(surface: Surface): Opening {
  return { surface, done: Promise.resolve(surface), isWhole: true };
}

/** Runs work over items, some at a time. */
async function inParallel<Item>(items: Iterable<Item>, work: (item: Item) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: parallelLoads }, lane));
}
