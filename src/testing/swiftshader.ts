/**
 * @file SwiftShader, a Vulkan device in software, out of the Chromium package that the browser tests use: with it the
 * GPU path runs, and is tested, on machines without a GPU.
 */
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { constants, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';

export interface Swiftshader {
  /** Variables a child process must start with to see the device. */
  readonly env: Readonly<Record<string, string>>;
  /** Makes the device visible to the process that calls this, before its first session on a GPU. */
  loadHere(): void;
}

/** Unpacks the driver once per version; undefined where the package holds none for the machine (all but Linux on x64). */
export async function prepareSwiftshader(): Promise<Swiftshader | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const require = createRequire(import.meta.url);
  const packageFolder = join(dirname(require.resolve('@sparticuz/chromium')), '..', '..');
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const folder = join(tmpdir(), `ovis-swiftshader-${version}`);
  if (!(await exists(folder))) await unpack(join(packageFolder, 'bin', 'swiftshader.tar.br'), folder);
  const env = { VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: folder };
  return {
    env,
    loadHere: () => {
      process.env['VK_ICD_FILENAMES'] = env.VK_ICD_FILENAMES;
      loadForGood(join(folder, 'libvulkan.so.1'));
    },
  };
}

/** Unpacks beside the final place and renames, so that processes that do this at once do not see half a driver. */
async function unpack(archive: string, folder: string): Promise<void> {
  const tar = await promisify(brotliDecompress)(await readFile(archive));
  const temporary = await mkdtemp(`${folder}-`);
  for (const [name, bytes] of filesInTar(tar)) await writeFile(join(temporary, basename(name)), bytes, { mode: 0o755 });
  await mkdir(dirname(folder), { recursive: true });
  try {
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true });
    if (!(await exists(folder))) throw error;
  }
}

/** Plain files of a tar archive: blocks of 512 bytes, a header (name at 0, size in octal at 124, kind at 156) before each. */
function* filesInTar(tar: Buffer): Generator<[name: string, bytes: Buffer]> {
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const name = tar.toString('utf8', at, tar.indexOf(0, at));
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8);
    const kind = String.fromCharCode(tar[at + 156]!);
    if (kind === '0' || kind === '\0') yield [name, tar.subarray(at + 512, at + 512 + size)];
    at += 512 * (1 + Math.ceil(size / 512));
  }
}

/** Loads a shared library under its own name, so that whoever asks for the name later gets it, and never unloads it. */
function loadForGood(path: string): void {
  const neverUnload = 0x1000; // RTLD_NODELETE of glibc
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | neverUnload);
  } catch (error) {
    // It is loaded by now; Node only finds that it is no module of its own.
    if (!String(error).includes('Module did not self-register')) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
