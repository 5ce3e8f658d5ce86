import type { FileHandle, open } from 'node:fs/promises';
import { AppError } from '#base/app-error';

/** The file operation that writing needs, so that a test can stand between it and the disk. */
export interface FileOpener {
  readonly open: typeof open;
}

/** The most that one call may read or write: the kernel stops short of 2 GiB. */
const maxCallBytes = 1 << 30;

/**
 * Fills `target` from `position` of a file on.
 * @param name how messages call the file
 * @throws AppError `safetensors-invalid` when the file ends before that: it was cut off after its header was read
 */
export async function readFully(handle: FileHandle, target: Uint8Array, position: number, name: string): Promise<void> {
  for (let done = 0; done < target.length;) {
    const length = Math.min(maxCallBytes, target.length - done);
    const { bytesRead } = await handle.read(target, done, length, position + done);
    if (bytesRead === 0) {
      throw new AppError('safetensors-invalid', `${name} is damaged: it became shorter while it was being read.`, {
        data: { file: name },
      });
    }
    done += bytesRead;
  }
}

/** Writes all of `bytes` at `position` of a file. */
export async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(maxCallBytes, bytes.length - done);
    const { bytesWritten } = await handle.write(bytes, done, length, position + done);
    done += bytesWritten;
  }
}
