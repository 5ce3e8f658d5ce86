import { AppError } from '#base/app-error';

import type { HubFile } from './hub.ts';

/**
 * What of a repository makes a model: weights in safetensors, configuration, tokenizer, licence. Nothing else is fetched,
 * above all no pickle (.bin, .pt, .ckpt …), which runs code when it is loaded, and no Python.
 */
const wanted = [
  /\.safetensors$/,
  /\.json$/,
  /(?:^|\/)(?:merges|vocab)\.txt$/,
  /(?:^|\/)(?:licen[cs]e|notice)(?:\.(?:txt|md))?$/i,
];

/** @throws AppError `hub-no-safetensors` */
export function chooseModelFiles(repo: string, files: readonly HubFile[]): HubFile[] {
  const chosen = files.filter(({ path }) => wanted.some((pattern) => pattern.test(path)));
  if (chosen.some(({ path }) => path.endsWith('.safetensors'))) return chosen;
  throw new AppError(
    'hub-no-safetensors',
    `${repo} has no weights in the safetensors format. Weights in other formats can run code when they are loaded, so the studio leaves them alone.`,
    { data: { repo } },
  );
}
