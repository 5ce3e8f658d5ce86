import type * as nodeFs from 'node:fs/promises';

/**
 * Every way in which the library changes or reads the disk, so that a test can put a failing disk, or one whose power is
 * cut, in its place.
 */
export type LibraryFs = Pick<typeof nodeFs, 'open' | 'rename' | 'rm' | 'mkdir' | 'readdir' | 'lstat' | 'utimes'>;
