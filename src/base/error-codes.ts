/**
 * Every code an `AppError` can carry, with the family it belongs to. The family decides the exit status of the command
 * line (see `exitStatus`). Codes are stable: they are translated, logged and matched on.
 */
export const errorCodes = {
  cancelled: 'cancelled',
  internal: 'internal',
  'usage-invalid': 'usage',

  // Files and disks (src/files)
  'disk-full': 'resource',
  'disk-space-short': 'resource',
  'folder-read-only': 'resource',
  'permission-denied': 'resource',
  'file-missing': 'input',
  'file-is-folder': 'input',
  'file-unreadable': 'input',
  'path-unsafe': 'input',

  // Checkpoint text files and prompts (src/model/ovis)
  'model-config-invalid': 'model',
  'tokenizer-invalid': 'model',
  'prompt-pictures-mismatch': 'input',

  // Downloads (src/host/download, src/host/models)
  'network-unreachable': 'network',
  'download-interrupted': 'network',
  'download-corrupt': 'network',
  'download-changed': 'network',
  'download-not-found': 'network',
  'download-not-allowed': 'network',
  'download-refused': 'network',
  'download-busy': 'resource',
  'link-invalid': 'network',
  'hub-answer-invalid': 'network',
  'hub-no-safetensors': 'model',

  // Picture files (src/host/images)
  'image-empty': 'input',
  'image-unknown': 'input',
  'image-unsupported': 'input',
  'image-too-large': 'input',
  'image-truncated': 'input',
  'image-unreadable': 'input',
  'image-side-too-long': 'input',
  'image-file-too-large': 'input',

  // Engine (src/engine, src/host/engine)
  'engine-session-failed': 'engine',
  'engine-device-missing': 'engine',
  'engine-run-failed': 'engine',
  'engine-out-of-memory': 'resource',
  'engine-busy': 'engine',
  'engine-crashed': 'engine',
  'engine-start-failed': 'engine',
  'input-missing': 'input',
  'golden-invalid': 'input',
  'golden-unknown': 'input',

  // Weights files and model packages (src/model/weights)
  'safetensors-invalid': 'model',
  'safetensors-dtype-unsupported': 'model',
  'package-invalid': 'model',
  'package-damaged': 'model',
  'package-version-unsupported': 'model',
  'checkpoint-incomplete': 'model',
  'checkpoint-mismatch': 'model',
  'checkpoint-pickle': 'model',
  'checkpoint-unknown': 'model',
  'weights-not-finite': 'model',
  'weights-too-large': 'model',
  'folder-exists': 'input',
  'folder-busy': 'resource',

  // Documents and what is stored (src/shared/document, src/host/library)
  'archive-invalid': 'input',
  'archive-unsafe': 'input',
  'blob-damaged': 'input',
  'blob-mismatch': 'input',
  'blob-missing': 'input',
  'blob-too-large': 'input',
  'document-busy': 'resource',
  'document-missing': 'input',
  'document-read-only': 'resource',
  'history-broken': 'input',
  'job-interrupted': 'engine',
  'job-missing': 'input',
  'journal-damaged': 'input',
  'journal-failed': 'resource',
  'library-damaged': 'input',
  'library-read-only': 'resource',
  'stored-value-invalid': 'input',
  'sweep-unsafe': 'input',
  'tile-index-damaged': 'input',
  'version-too-new': 'input',

  // Training (src/train)
  'data-missing': 'resource',
  'adapter-invalid': 'model',
  'training-diverged': 'model',
  'training-plan-invalid': 'usage',

  // The command line (src/cli)
  'model-missing': 'model',
  'model-too-large': 'resource',
  'job-too-large': 'resource',
  'model-ambiguous': 'usage',
  'output-exists': 'input',

  // Masks and extensions (src/engine/pipelines/compositing)
  'mask-empty': 'input',
  'mask-size-mismatch': 'input',
  'extend-empty': 'input',
} as const satisfies Record<string, ErrorFamily>;

type ErrorFamily = 'usage' | 'input' | 'model' | 'resource' | 'network' | 'engine' | 'internal' | 'cancelled';

export type ErrorCode = keyof typeof errorCodes;

const statusOfFamily: Record<ErrorFamily, number> = {
  internal: 1,
  usage: 2,
  input: 3,
  model: 4,
  resource: 5,
  network: 6,
  engine: 7,
  cancelled: 130,
};

/** Process exit status for an error code: 1 internal, 2 usage, 3 input, 4 model, 5 resource, 6 network, 7 engine, 130 cancelled. */
export function exitStatus(code: ErrorCode): number {
  return statusOfFamily[errorCodes[code]];
}
