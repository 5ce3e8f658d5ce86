import type { ContractRouterClient } from '@orpc/contract';

import { documentsContract } from './documents.ts';
import { engineStateContract } from './engine-state.ts';
import { estimatesContract } from './estimates.ts';
import { filesContract } from './files.ts';
import { galleryContract } from './gallery.ts';
import { hostContract } from './host.ts';
import { jobsContract } from './jobs.ts';
import { modelsContract } from './models.ts';
import { settingsContract } from './settings.ts';

/** Where the WebSocket is in a browser, relative to the page. */
export const rpcUrl = 'rpc';

/**
 * All that a window can ask of its host, the same in the browser and in Electron. Pixels do not travel here but by URL: see
 * `blob-urls.ts`. Streams (`watch…`) are async iterators: leaving the loop or aborting the call's signal ends them.
 */
export const studioContract = {
  documents: documentsContract,
  files: filesContract,
  jobs: jobsContract,
  gallery: galleryContract,
  models: modelsContract,
  settings: settingsContract,
  engine: engineStateContract,
  estimates: estimatesContract,
  host: hostContract,
};

export type StudioClient = ContractRouterClient<typeof studioContract>;
