import { z } from 'zod';

import { delay, throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';

import { givenUp, statusError } from '../download/download-errors.ts';
import { type AccessToken, fetchFollowing } from '../download/fetch-following.ts';
import type { RemoteFile } from '../download/part-file.ts';
import { defaultRetryPolicy, type RetryPolicy, retryDelayMs } from '../download/retry-policy.ts';
import { TransferFault } from '../download/transfer-fault.ts';
import { Watchdog } from '../download/watchdog.ts';
import { parseHostilePath } from '#files/safe-name';

/** A model hub that speaks Hugging Face's interface. */
export interface Hub {
  /** `https://huggingface.co`, or a mirror of it. */
  readonly endpoint: string;
  readonly token?: AccessToken | undefined;
}

/** The hub that the environment names: `HF_ENDPOINT`, and `HF_TOKEN` for that host alone. */
export function hubFromEnvironment(env: Readonly<Record<string, string | undefined>>): Hub {
  const endpoint = env['HF_ENDPOINT'] || 'https://huggingface.co';
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new AppError('usage-invalid', `HF_ENDPOINT is ${JSON.stringify(endpoint)}, which is no web address.`, {
      data: { endpoint },
    });
  const token = env['HF_TOKEN'];
  return {
    endpoint: url.href.replace(/\/+$/, ''),
    token: token ? { value: token, origin: url.origin } : undefined,
  };
}

export interface HubFile extends RemoteFile {
  /** Within the repository, with `/`; checked to stay inside its folder. */
  readonly path: string;
}

export interface HubRevision {
  readonly repo: string;
  /** The exact state: everything is downloaded from this one, whatever happens to the branch meanwhile. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}

interface ListOptions {
  readonly signal?: AbortSignal | undefined;
  readonly retry?: RetryPolicy | undefined;
}

const maxAnswerBytes = 32 << 20;
const maxFiles = 10_000;

const zRevision = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z
    .array(
      z.object({
        rfilename: z.string(),
        size: z.int().min(0).nullish(),
        /** Git's name of the content, for files that are in the repository itself. */
        blobId: z
          .string()
          .regex(/^[0-9a-f]{40}$/)
          .nullish(),
        /** Of large files, which are stored beside it. */
        lfs: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().min(0) }).nullish(),
      }),
    )
    .max(maxFiles),
});

/**
 * The files of a repository at a revision, with sizes and checksums.
 *
 * @param repo `owner/name`
 * @throws AppError `usage-invalid`, `path-unsafe`, `hub-answer-invalid`, `network-unreachable`, `download-interrupted`,
 *   `download-not-found`, `download-not-allowed`, `download-refused`, `cancelled`
 */
export async function listRevision(
  hub: Hub,
  repo: string,
  revision: string,
  options: ListOptions = {},
): Promise<HubRevision> {
  requireRepoName(repo);
  const url = `${hub.endpoint}/api/models/${repo}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const parsed = zRevision.safeParse(await fetchJson(url, hub, options));
  if (!parsed.success) throw answerInvalid(url, parsed.error.issues[0]?.message ?? 'unexpected shape');
  const { sha, siblings } = parsed.data;
  const files = siblings.map(({ rfilename, size, blobId, lfs }): HubFile => {
    const path = parseHostilePath(rfilename).join('/');
    return {
      path,
      url: `${hub.endpoint}/${repo}/resolve/${sha}/${path.split('/').map(encodeURIComponent).join('/')}`,
      sizeBytes: lfs?.size ?? size ?? undefined,
      checksum: lfs
        ? { algorithm: 'sha256', hex: lfs.sha256 }
        : // Git's name covers the size, so it needs it.
          blobId && typeof size === 'number'
          ? { algorithm: 'git-sha1', hex: blobId }
          : undefined,
    };
  });
  requireDistinct(files);
  return { repo, commit: sha, files };
}

function requireRepoName(repo: string): void {
  const parts = repo.split('/');
  const isName = parts.length === 2 && parts.every((part) => /^\w[\w.-]{0,95}$/.test(part) && !part.includes('..'));
  if (isName) return;
  throw new AppError(
    'usage-invalid',
    `${JSON.stringify(repo)} is not the name of a model: it should look like AIDC-AI/Ovis-U1-3B.`,
    { data: { repo } },
  );
}

/** Two names that differ in case only are one file on Windows and macOS. */
function requireDistinct(files: readonly HubFile[]): void {
  const seen = new Set<string>();
  for (const { path } of files) {
    const folded = path.normalize('NFC').toLowerCase();
    if (seen.has(folded))
      throw new AppError('path-unsafe', `The model has two files named ${path}, but for upper and lower case.`, {
        data: { path },
      });
    seen.add(folded);
  }
}

async function fetchJson(
  url: string,
  { token }: Hub,
  { signal, retry = defaultRetryPolicy }: ListOptions,
): Promise<unknown> {
  for (let failures = 1; ; failures += 1) {
    throwIfCancelled(signal);
    const watchdog = new Watchdog({ signal });
    try {
      const response = await fetchFollowing(url, { token, signal: watchdog.signal });
      return JSON.parse(await readText(response, url, watchdog));
    } catch (error) {
      if (error instanceof SyntaxError) throw answerInvalid(url, 'it is no JSON');
      const explained = watchdog.explain(error);
      if (!(explained instanceof TransferFault)) throw explained;
      if (failures >= retry.limit) throw givenUp(explained, url);
      const delayMs = retryDelayMs(failures, retry, { retryAfterMs: explained.retryAfterMs });
      await delay(delayMs, signal ? { signal } : {});
    } finally {
      watchdog.stop();
    }
  }
}

async function readText(response: Response, url: string, watchdog: Watchdog): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    watchdog.feed();
    bytes += piece.length;
    if (bytes > maxAnswerBytes) throw answerInvalid(url, 'it is far too long');
    pieces.push(piece);
  }
  if (!response.ok) throw statusError(response, url);
  return Buffer.concat(pieces).toString('utf8');
}

function answerInvalid(url: string, why: string): AppError {
  const { host } = new URL(url);
  return new AppError(
    'hub-answer-invalid',
    `${host} does not answer like a model hub (${why}). Check HF_ENDPOINT if you set it.`,
    { data: { host, why } },
  );
}
