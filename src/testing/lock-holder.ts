/** Runs as a process of its own: tries to take the lock file named in its arguments, says whether it did, and stays. */
import { tryFileLock } from '#files/file-lock';

const [path = '', expiryMs = '15000'] = process.argv.slice(2);
const attempt = await tryFileLock(path, { purpose: 'holding it in a test', expiryMs: Number(expiryMs) });
process.send?.(attempt.acquired);
setInterval(() => undefined, 1000);
