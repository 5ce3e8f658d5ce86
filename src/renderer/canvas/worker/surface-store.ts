import type { BlobName } from '#shared/contract/job-request';
import { noPixels, type Pixels } from '#shared/document/pixels';
import {
  decodeTileIndex,
  encodeTileIndex,
  tileBounds,
  tileByteLength,
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
    const tiles = new Map<TileKey, BlobName>();
    await inParallel(surface.tiles, async ([key, tile]) => {
      tiles.set(key, await this.#nameOf(tile));
    });
    const index: TileIndex = { channels: surface.channels, tiles };
    const name = await this.#options.blobs.put(encodeTileIndex(index));
    this.#remember(name, surface);
    return { kind: 'tiles', index: name, bounds: tileBounds(index) };
  }

  /**
   * Begins to store a surface that will soon be changed in part: a placed picture has no tiles in store yet, and all of
   * them are needed with the first stroke on it. What fails now is tried again by `save`.
   */
  prepare(surface: Surface): void {
    inParallel(surface.tiles.values(), async (tile) => {
      await this.#nameOf(tile);
    }).catch(() => undefined);
  }

  /** Keeps what these name, whatever it takes; all else may go when space runs out. */
  pin(names: ReadonlySet<BlobName>): void {
    this.#pinned = names;
  }

  async #loadPicture(name: BlobName, channels: Channels): Promise<Surface> {
    const raster = await this.#options.decodePicture(await this.#options.blobs.get(name));
    const { width, height, data } = channels === 1 ? maskOfRaster(raster) : raster;
    return surfaceOf({ x: 0, y: 0, width, height, channels, data });
  }

  async #loadTiles(
    name: BlobName,
    channels: Channels,
    { before, onProgress }: { readonly before: Surface; readonly onProgress: (surface: Surface) => void },
  ): Promise<Surface> {
    const index = decodeTileIndex(await this.#options.blobs.get(name));
    const changes = new Map<TileKey, Tile | null>();
    const missing: [TileKey, BlobName][] = [];
    for (const key of before.tiles.keys()) if (!index.tiles.has(key)) changes.set(key, null);
    for (const [key, tileName] of index.tiles) {
      const tile = this.#tiles.get(tileName)?.deref();
      if (!tile) missing.push([key, tileName]);
      else if (before.tiles.get(key) !== tile) changes.set(key, tile);
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
