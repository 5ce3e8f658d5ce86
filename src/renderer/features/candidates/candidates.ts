import type { JobId } from '#shared/contract/job-events';
import type { BlobName } from '#shared/contract/job-request';
import type { JobsState } from '#shared/contract/studio/job-activity';
import { addLayer } from '#shared/document/layer-operations';
import type { Document } from '#shared/document/document';
import { resizeCanvas, setExtendFrame } from '#shared/document/document-operations';
import { compose, scaling, translation, type Rect } from '#shared/document/geometry';
import type { DocumentId, LayerId, NodeId } from '#shared/document/ids';
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
  /** The step that they are another version of. */
  readonly rerunOf: NodeId | null;
}

export interface Candidates {
  readonly store: StoreApi<CandidatesState>;
  offer(document: DocumentId, jobs: readonly JobId[], rerunOf?: NodeId | null): void;
  /** To the next or the one before, round and round. */
  flip(by: 1 | -1): void;
  choose(index: number): void;
  putAway(): void;
}

const none: CandidatesState = Object.freeze({ document: null, jobs: [], index: 0, rerunOf: null });

export function createCandidates(): Candidates {
  const store = createStore<CandidatesState>(() => none);
  return {
    store,
    offer: (document, jobs, rerunOf = null) => store.setState({ document, jobs, index: 0, rerunOf }),
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

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where a result goes in a document, in its pixels. */
export interface Placement {
  readonly blob: BlobName;
  /** Of what an edit changed. Null: it is a picture of its own, which goes where it fits; see `fittedInto`. */
  readonly rect: Rect | null;
}

/** Sides that differ by less come from the sizes a model can make: they are no other aspect. */
const sameAspect = 0.05;

/** A whole picture over a document: all of it, or in its middle where it is wider or higher than that. */
export function fittedInto({ width, height }: Size, picture: Size): Rect {
  const stretch = (picture.width * height) / (picture.height * width);
  if (Math.abs(Math.log(stretch)) < sameAspect) return { x: 0, y: 0, width, height };
  const scale = Math.min(width / picture.width, height / picture.height);
  const size = { width: picture.width * scale, height: picture.height * scale };
  return { x: (width - size.width) / 2, y: (height - size.height) / 2, ...size };
}

/** Null while there is no result, and for an edit that changed nothing. */
export function placementOf(job: JobRecord): Placement | null {
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
  return { blob, rect: null };
}

/** All of a result, seen from the document: the document, or what it is to grow to. */
export function resultRect({ request }: JobRecord, document: Document): Rect {
  const { width, height } = document;
  if (request.kind === 'generate') return fittedInto(document, request);
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
  size: Size,
  layer: { readonly id: LayerId; readonly name: string },
): Document {
  const placement = placementOf(job);
  if (!placement) return document;
  const { request } = job;
  let grown = document;
  const rect = placement.rect ?? fittedInto(document, size);
  let { x, y } = rect;
  let scale = { x: rect.width / size.width, y: rect.height / size.height };
  if (request.kind === 'outpaint') {
    const { left, top, right, bottom } = request.extend;
    const frame = { width: document.width + left + right, height: document.height + top + bottom };
    grown = setExtendFrame(resizeCanvas(document, frame, { x: left, y: top }), null);
    [x, y] = [x + left, y + top];
  } else if (!canvasFacts(document).hasPicture && !job.composition) {
    // The first picture of a document gives it its size.
    grown = resizeCanvas(document, size, { x: 0, y: 0 });
    [x, y] = [0, 0];
    scale = { x: 1, y: 1 };
  }
  const made = createLayer('raster', layer.id, layer.name, {
    pixels: { kind: 'picture', blob: placement.blob, ...size },
    transform: compose(translation(x, y), scaling(scale.x, scale.y)),
  });
  return addLayer(grown, made, { parent: null, index: Infinity });
}
