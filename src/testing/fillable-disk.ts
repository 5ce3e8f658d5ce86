import * as nodeFs from 'node:fs/promises';

import type { LibraryFs } from '#host/library/library-fs';

export interface FillableDisk {
  /** While it is set, nothing can be written. */
  isFull: boolean;
  /** Part of the path of a file that nothing can be cut off from; null while there is none. */
  stuck: string | null;
  readonly fs: LibraryFs;
}

/** A real disk that can be made to have no room. */
export function fillableDisk(): FillableDisk {
  const disk: FillableDisk = {
    isFull: false,
    stuck: null,
    fs: {
      ...nodeFs,
      open: async (...args: Parameters<typeof nodeFs.open>) => {
        const file = await nodeFs.open(...args);
        const isStuck = () => disk.stuck !== null && String(args[0]).includes(disk.stuck);
        const refuse = () => Promise.reject(Object.assign(new Error('input/output error'), { code: 'EIO' }));
        const full = () => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
        return new Proxy(file, {
          get: (target, key) => {
            if (disk.isFull && (key === 'write' || key === 'writeFile' || key === 'writev')) return full;
            if (key === 'truncate' && isStuck()) return refuse;
            const member = Reflect.get(target, key) as unknown;
            return typeof member === 'function' ? member.bind(target) : member;
          },
        });
      },
    },
  };
  return disk;
}
