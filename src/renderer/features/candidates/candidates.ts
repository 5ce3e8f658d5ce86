import type { JobId } from '#shared/contract/job-events';
import type { BlobName } from '#shared/contract/job-request';
import type { JobsState } from '#shared/contract/studio/job-activity';
import { addLayer } from '#shared/document/layer-operations';
import type { Document } from '#shared/document/document';
import { resizeCanvas, setExtendFrame } from '#shared/document/document-operations';
import { compose, scaling, translation, type Rect } from '#shared/document/geometry';
import type { DocumentId, LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { isFinal, type JobRecord } from '#shared/library/job-record';
import { createStore, type StoreApi } from 'zustand/vanilla';

import { canvasFacts } from '../../prompt/task.ts';

/** Results that wait to be chosen from. */
export interface CandidatesState {
  readonly document: DocumentId | null;
  readonly jobs: readonly JobId[];
  /** Of the one that is shown in place. */
  readonly index: number;
}

export interface Candidates {
  readonly store: StoreApi<CandidatesState>;
  offer(document: DocumentId, jobs: readonly JobId[]): void;
  /** To the next or the one before, round and round. */
  flip(by: 1 | -1): void;
  choose(index: number): void;
  putAway(): void;
}

const none: CandidatesState = Object.freeze({ document: null, jobs: [], index: 0 });

export function createCandidates(): Candidates {
  const store = createStore<CandidatesState>(() => none);
  return {
    store,
    offer: (document, jobs) => store.setState({ document, jobs, index: 0 }),
    flip: (by) =>
      store.setState(({ jobs, index }) => ({ index: jobs.length ? (index + by + jobs.length) % jobs.length : 0 })),
    choose: (index) => store.setState({ index }),
    putAway: () => store.setState(none),
  };
}

/** The jobs that are offered for a document, as far as they are known. */
export function offeredJobs({ document, jobs }: CandidatesState, id: DocumentId, known: JobsState): JobRecord[] {
  if (document !== id) return [];
  return jobs.flatMap((job) => known.jobs.get(job) ?? []).filter(({ state }) => state !== 'cancelled');
}

/** Where a result goes in a document, in its pixels: all of it, what it grows to, or the patch of an edit. */
export interface Placement {
  readonly blob: BlobName;
  readonly rect: Rect;
}

/** Null while there is no result, and for an edit that changed nothing. */
export function placementOf(job: JobRecord, document: Pick<Document, 'width' | 'height'>): Placement | null {
  const [blob] = job.results;
  if (!isFinal(job.state) || !blob) return null;
  const { request, composition } = job;
  const origin = request.kind === 'outpaint' ? { x: -request.extend.left, y: -request.extend.top } : { x: 0, y: 0 };
  if (composition) {
    const { patch } = composition;
    if (!patch) return null;
    const { width, height } = patch;
    return { blob: patch.blob, rect: { x: patch.x + origin.x, y: patch.y + origin.y, width, height } };
  }
  return { blob, rect: { x: 0, y: 0, width: document.width, height: document.height } };
}

/** All of a result, seen from the document: the document, or what it is to grow to. */
export function resultRect({ request }: JobRecord, document: Document): Rect {
  const { width, height } = document;
  if (request.kind !== 'outpaint') return { x: 0, y: 0, width, height };
  const { left, top, right, bottom } = request.extend;
  return { x: -left, y: -top, width: width + left + right, height: height + top + bottom };
}

/** Where previews of a running job belong in the document. */
export function previewRect(job: JobRecord, region: Rect | null, document: Document): Rect {
  const whole = resultRect(job, document);
  return region ? { ...region, x: region.x + whole.x, y: region.y + whole.y } : whole;
}

/** The document with a result on top as a layer of its own. Nothing of what was there is touched. */
export function withResult(
  document: Document,
  job: JobRecord,
  size: { readonly width: number; readonly height: number },
  layer: { readonly id: LayerId; readonly name: string },
): Document {
  const placement = placementOf(job, document);
  if (!placement) return document;
  const { request } = job;
  let grown = document;
  let { x, y } = placement.rect;
  let scale = { x: placement.rect.width / size.width, y: placement.rect.height / size.height };
  if (request.kind === 'outpaint') {
    const { left, top, right, bottom } = request.extend;
    const frame = { width: document.width + left + right, height: document.height + top + bottom };
    grown = setExtendFrame(resizeCanvas(document, frame, { x: left, y: top }), null);
    [x, y] = [x + left, y + top];
  } else if (!canvasFacts(document).hasPicture && !job.composition) {
    // The first picture of a document gives it its size.
    grown = resizeCanvas(document, size, { x: 0, y: 0 });
    scale = { x: 1, y: 1 };
  }
  const made = createLayer('raster', layer.id, layer.name, {
    pixels: { kind: 'picture', blob: placement.blob, ...size },
    transform: compose(translation(x, y), scaling(scale.x, scale.y)),
  });
  return addLayer(grown, made, { parent: null, index: Infinity });
}
