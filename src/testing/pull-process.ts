/** Runs as a process of its own: pulls a model and tells its parent how far it is. */
import { pullModel } from '#host/models/pull';

const [endpoint = '', folder = '', repo = ''] = process.argv.slice(2);
await pullModel(repo, {
  hub: { endpoint },
  folder,
  onProgress: (progress) => process.send?.(progress),
});
process.send?.({ phase: 'done' });
process.disconnect();
