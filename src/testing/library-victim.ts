/** Runs as a process of its own: works on a library at random until it is killed, and tells of all it does. */
import { openLibrary } from '#host/library/library';

import { LibrarySession, seededRandom, type Report } from './library-session.ts';

const [home = '', prefix = '', seed = '0'] = process.argv.slice(2);

function tell(message: Report | 'ready'): Promise<void> {
  return new Promise((done, fail) => {
    process.send?.(message, (error: Error | null) => (error ? fail(error) : done()));
  });
}

const library = await openLibrary(home, { purpose: 'a session to be killed' });
const session = new LibrarySession(library, prefix, seededRandom(Number(seed)), tell);
await tell('ready');
for (;;) await session.step();
