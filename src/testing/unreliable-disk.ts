/** @file A disk whose power can be cut: what was not synced is then lost, torn, or there out of order. */
import * as nodeFs from 'node:fs/promises';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

import type { LibraryFs } from '#host/library/library-fs';

type FileHandle = nodeFs.FileHandle;

/** What has been done to a file since its last sync. */
type Change =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly length: number };

interface FileNode {
  readonly kind: 'file';
  synced: Buffer;
  changes: Change[];
}

interface FolderNode {
  readonly kind: 'folder';
  /** Names that survive a cut. */
  readonly synced: Map<string, Node>;
  /** Names as programs see them. */
  readonly live: Map<string, Node>;
  /** Names that changed since the last sync, in order; `to` null is a removal. */
  changes: NameChange[];
}

interface NameChange {
  readonly names: readonly { readonly folder: FolderNode; readonly name: string; readonly to: Node | null }[];
  isDurable: boolean;
}

type Node = FileNode | FolderNode;

const sector = 512;

/**
 * Wraps a real folder. Everything goes to the real disk, so that programs see what they did; beside it is kept what a disk
 * with volatile caches would have: file contents as of their last sync, names as of their folder's last sync.
 */
export class UnreliableDisk {
  readonly #root: string;
  readonly #tree = newFolder();
  readonly #random: () => number;
  readonly #isLying: boolean;
  #operationsLeft = Infinity;

  private constructor(root: string, random: () => number, isLying: boolean) {
    this.#root = root;
    this.#random = random;
    this.#isLying = isLying;
  }

  /**
   * A disk of what is in a folder, all of it synced.
   * @param isLying Says that it has synced and has not: on such a disk work is lost, and a test that does not see that is
   *   worth nothing.
   */
  static async over(root: string, random: () => number, { isLying = false } = {}): Promise<UnreliableDisk> {
    const disk = new UnreliableDisk(root, random, isLying);
    await load(root, disk.#tree);
    return disk;
  }

  /** After this many more changes to the disk, every call fails. */
  cutAfter(operations: number): void {
    this.#operationsLeft = operations;
  }

  get isCut(): boolean {
    return this.#operationsLeft <= 0;
  }

  readonly fs: LibraryFs = {
    lstat: ((path: string) => this.#powered(() => nodeFs.lstat(path))) as LibraryFs['lstat'],
    readdir: ((path: string, options: object) =>
      this.#powered(() => nodeFs.readdir(path, options as { withFileTypes: true }))) as unknown as LibraryFs['readdir'],
    utimes: (path, atime, mtime) => this.#powered(() => nodeFs.utimes(path, atime, mtime)),
    open: (path, flags) => this.#powered(() => this.#open(String(path), flags ?? 'r')),
    rename: (from, to) =>
      this.#changing(async () => {
        await nodeFs.rename(from, to);
        const [source, target] = [this.#place(String(from)), this.#place(String(to))];
        const node = source.folder.live.get(source.name) ?? null;
        this.#rename([
          { ...source, to: null },
          { ...target, to: node },
        ]);
      }),
    rm: (path, options) =>
      this.#changing(async () => {
        await nodeFs.rm(path, options);
        const place = this.#place(String(path));
        if (place.folder.live.has(place.name)) this.#rename([{ ...place, to: null }]);
      }),
    mkdir: (async (path: string, options?: { recursive?: boolean }) =>
      this.#changing(async () => {
        const first = await nodeFs.mkdir(path, options);
        this.#makeFolders(path);
        return first;
      })) as LibraryFs['mkdir'],
  };

  /**
   * The disk as it may be after the cut, in a new folder: of everything that was not synced, any part, in any order, and
   * writes torn between sectors.
   */
  async remains(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'ovis-remains-'));
    for (const change of this.#pendingNames()) if (this.#random() < 0.5) applyNames(change);
    await this.#write(this.#tree, folder);
    return folder;
  }

  async #open(path: string, flags: string | number): Promise<FileHandle> {
    const isNew = typeof flags === 'string' && flags.startsWith('w');
    if (isNew) this.#spend();
    const handle = await nodeFs.open(path, flags);
    const isFolder = (await handle.stat()).isDirectory();
    const place = this.#place(path);
    if (isNew && !place.folder.live.has(place.name)) {
      this.#rename([{ ...place, to: { kind: 'file', synced: Buffer.alloc(0), changes: [] } }]);
    }
    const node = isFolder ? this.#folderAt(path) : place.folder.live.get(place.name);
    return node === undefined ? handle : this.#watched(handle, node);
  }

  /** A handle whose writes and syncs are noted. */
  #watched(handle: FileHandle, node: Node): FileHandle {
    const write = handle.write.bind(handle) as (bytes: Buffer, ...rest: number[]) => Promise<{ bytesWritten: number }>;
    const truncate = handle.truncate.bind(handle);
    const note = (change: Change) => {
      if (node.kind === 'file') node.changes.push(change);
    };
    const sync = () =>
      this.#changing(() => {
        if (this.#isLying) return Promise.resolve();
        if (node.kind === 'file') syncFile(node);
        else syncNames(node);
        return Promise.resolve();
      });
    return Object.assign(handle, {
      write: (bytes: Uint8Array, offset = 0, length = bytes.length - offset, position = 0) =>
        this.#changing(async () => {
          const result = await write(
            Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
            offset,
            length,
            position,
          );
          note({
            kind: 'write',
            at: position,
            bytes: Buffer.from(bytes.subarray(offset, offset + result.bytesWritten)),
          });
          return result;
        }),
      writeFile: (content: string | Uint8Array) =>
        this.#changing(async () => {
          const bytes = Buffer.from(content as string);
          await write(bytes, 0, bytes.length, 0);
          note({ kind: 'write', at: 0, bytes });
        }),
      truncate: (length = 0) =>
        this.#changing(async () => {
          await truncate(length);
          note({ kind: 'truncate', length });
        }),
      sync,
      datasync: sync,
    });
  }

  #place(path: string): { folder: FolderNode; name: string } {
    return { folder: this.#folderAt(dirname(path)), name: basename(path) };
  }

  #folderAt(path: string): FolderNode {
    if (path === this.#root || !path.startsWith(this.#root)) return this.#tree;
    const { folder, name } = this.#place(path);
    const node = folder.live.get(name);
    if (node?.kind !== 'folder') throw new Error(`The disk does not know the folder ${path}`);
    return node;
  }

  #makeFolders(path: string): void {
    if (path === this.#root || !path.startsWith(this.#root)) return;
    this.#makeFolders(dirname(path));
    const place = this.#place(path);
    if (!place.folder.live.has(place.name)) this.#rename([{ ...place, to: newFolder() }]);
  }

  #rename(names: NameChange['names']): void {
    const change: NameChange = { names, isDurable: false };
    for (const { folder, name, to } of names) {
      if (to === null) folder.live.delete(name);
      else folder.live.set(name, to);
      folder.changes.push(change);
    }
  }

  #pendingNames(): Set<NameChange> {
    const pending = new Set<NameChange>();
    const visit = (folder: FolderNode) => {
      for (const change of folder.changes) if (!change.isDurable) pending.add(change);
      for (const node of folder.live.values()) if (node.kind === 'folder') visit(node);
    };
    visit(this.#tree);
    return pending;
  }

  async #write(folder: FolderNode, path: string): Promise<void> {
    for (const [name, node] of folder.synced) {
      if (node.kind === 'file') {
        await writeFile(join(path, name), tornContent(node, this.#random));
      } else {
        await mkdir(join(path, name));
        await this.#write(node, join(path, name));
      }
    }
  }

  async #powered<T>(work: () => Promise<T>): Promise<T> {
    if (this.isCut) throw powerIsOut();
    return work();
  }

  async #changing<T>(work: () => Promise<T>): Promise<T> {
    this.#spend();
    return work();
  }

  #spend(): void {
    if (this.isCut) throw powerIsOut();
    this.#operationsLeft -= 1;
    if (this.isCut) throw powerIsOut();
  }
}

function newFolder(): FolderNode {
  return { kind: 'folder', synced: new Map(), live: new Map(), changes: [] };
}

async function load(folderPath: string, folder: FolderNode): Promise<void> {
  for (const entry of await nodeFs.readdir(folderPath, { withFileTypes: true })) {
    const path = join(folderPath, entry.name);
    // The index's files come and go as its connection is collected; without them it is made anew.
    const content = entry.isDirectory() ? Buffer.alloc(0) : await nodeFs.readFile(path).catch(() => undefined);
    if (content === undefined) continue;
    const node: Node = entry.isDirectory() ? newFolder() : { kind: 'file', synced: content, changes: [] };
    folder.synced.set(entry.name, node);
    folder.live.set(entry.name, node);
    if (node.kind === 'folder') await load(path, node);
  }
}

function applyNames(change: NameChange): void {
  change.isDurable = true;
  for (const { folder, name, to } of change.names) {
    if (to === null) folder.synced.delete(name);
    else folder.synced.set(name, to);
  }
}

function syncNames(folder: FolderNode): void {
  for (const change of folder.changes) if (!change.isDurable) applyNames(change);
  folder.changes = [];
}

function syncFile(file: FileNode): void {
  file.synced = file.changes.reduce(applied, file.synced);
  file.changes = [];
}

function applied(content: Buffer, change: Change): Buffer {
  if (change.kind === 'truncate') {
    const cut = Buffer.alloc(change.length);
    content.copy(cut);
    return cut;
  }
  const grown = Buffer.alloc(Math.max(content.length, change.at + change.bytes.length));
  content.copy(grown);
  change.bytes.copy(grown, change.at);
  return grown;
}

/** What is left of a file: its synced content with any of the later changes, whole, in part, or as a hole of zeros. */
function tornContent(file: FileNode, random: () => number): Buffer {
  let content = file.synced;
  for (const change of file.changes) {
    const luck = random();
    if (luck < 0.3) continue;
    if (change.kind === 'truncate' || luck < 0.6) {
      content = applied(content, change);
      continue;
    }
    const sectors = Math.floor(random() * (change.bytes.length / sector + 1));
    const part = change.bytes.subarray(
      0,
      Math.min(change.bytes.length, sectors * sector + Math.floor(random() * sector)),
    );
    content = applied(content, {
      kind: 'write',
      at: change.at,
      bytes: luck < 0.85 ? part : Buffer.alloc(change.bytes.length),
    });
  }
  return content;
}

function powerIsOut(): Error {
  return Object.assign(new Error('EIO: the power is out'), { code: 'EIO' });
}
