import { zJobId, type JobId } from '#shared/contract/job-events';
import type { BlobName } from '#shared/contract/job-request';
import type { JobsState } from '#shared/contract/studio/job-activity';
import { addLayer } from '#shared/document/layer-operations';
import type { Document } from '#shared/document/document';
import { resizeCanvas, setExtendFrame } from '#shared/document/document-operations';
import { compose, scaling, translation, type Rect } from '#shared/document/geometry';
import { zDocumentId, zNodeId, type DocumentId, type LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { isFinal, type JobRecord } from '#shared/library/job-record';
import { z } from 'zod';
import { createJSONStorage, persist, type StateStorage } from 'zustand/middleware';
import { createStore, type StoreApi } from 'zustand/vanilla';

import { canvasFacts } from '../../prompt/task.ts';

const zRun = z
  .strictObject({
    document: zDocumentId,
    jobs: z.array(zJobId).readonly(),
    /** The step that they are another version of. */
    rerunOf: zNodeId.nullable(),
  })
  .readonly();

/** Results of one run that wait to be chosen from; those of "more like this" join them. */
export type CandidateRun = z.infer<typeof zRun>;

export interface CandidatesState {
  /** Neither kept nor put away, oldest first; of documents that are not open too. */
  readonly runs: readonly CandidateRun[];
  /** The job that is shown in place, for each document. */
  readonly shown: ReadonlyMap<DocumentId, JobId>;
}

export interface Candidates {
  readonly store: StoreApi<CandidatesState>;
  offer(run: CandidateRun): void;
  /** More of the run that a job belongs to. */
  add(to: JobId, jobs: readonly JobId[]): void;
  show(document: DocumentId, job: JobId): void;
  /** Takes the run away that a job belongs to. */
  putAway(job: JobId): void;
  /** Another window has changed what is stored. */
  reread(): Promise<void>;
}

/** Nobody wants to choose from more; what is older is still among the jobs. */
const keptRuns = 50;

/** @param storage - survives the window, so that results are offered until somebody has said what shall become of them */
export function createCandidates(storage: StateStorage): Candidates {
  const store = createStore<CandidatesState>()(
    persist((): CandidatesState => ({ runs: [], shown: new Map() }), {
      name: 'candidates',
      storage: createJSONStorage(() => storage),
      partialize: ({ runs }) => ({ runs }),
      merge: (stored, current) => ({ ...current, runs: zStored.parse(stored).runs }),
    }),
  );
  const show = (document: DocumentId, job: JobId | undefined): void => {
    if (job) store.setState(({ shown }) => ({ shown: new Map(shown).set(document, job) }));
  };
  return {
    store,
    show,
    offer: (run) => {
      store.setState(({ runs }) => ({ runs: [...runs, run].slice(-keptRuns) }));
      show(run.document, run.jobs[0]);
    },
    add: (to, jobs) => {
      const run = runOf(store.getState(), to);
      if (!run) return;
      const longer = { ...run, jobs: [...run.jobs, ...jobs] };
      store.setState(({ runs }) => ({ runs: runs.map((each) => (each === run ? longer : each)) }));
      show(run.document, jobs[0]);
    },
    putAway: (job) => store.setState(({ runs }) => ({ runs: runs.filter(({ jobs }) => !jobs.includes(job)) })),
    reread: async () => store.persist.rehydrate(),
  };
}

const zStored = z.object({ runs: z.array(zRun) }).catch({ runs: [] });

export const runOf = ({ runs }: CandidatesState, job: JobId): CandidateRun | null =>
  runs.find(({ jobs }) => jobs.includes(job)) ?? null;

/** A job and those it was asked for together with, as far as they wait or run. */
export function unfinishedWith(state: CandidatesState, { jobs }: JobsState, job: JobId): JobId[] {
  const together = runOf(state, job)?.jobs ?? [job];
  return together.filter((each) => {
    const known = jobs.get(each);
    return known !== undefined && !isFinal(known.state);
  });
}

/** What comes of a job that is run again joins what it was made with, or is offered by itself. */
export function offerAgain(candidates: Candidates, { id, target, request }: JobRecord, again: JobId): void {
  if (request.kind === 'describe' || !target) return;
  if (runOf(candidates.store.getState(), id)) candidates.add(id, [again]);
  else candidates.offer({ document: target.document, jobs: [again], rerunOf: null });
}

/** What is offered for a document, as far as it is known, and which of it is shown in place. */
export function offeredIn(
  { runs, shown }: CandidatesState,
  document: DocumentId,
  known: JobsState,
): { readonly offered: readonly JobRecord[]; readonly chosen: JobRecord | null } {
  const offered = runs
    .filter((run) => run.document === document)
    .flatMap(({ jobs }) => jobs.flatMap((job) => known.jobs.get(job) ?? []))
    .filter(({ state }) => state !== 'cancelled');
  const chosen = offered.find(({ id }) => id === shown.get(document)) ?? offered[0] ?? null;
  return { offered, chosen };
}

/** Shows the next or the one before, round and round. */
export function flipCandidate(
  { candidates, host }: { readonly candidates: Candidates; readonly host: { readonly jobs: StoreApi<JobsState> } },
  document: DocumentId,
  by: 1 | -1,
): void {
  const { offered, chosen } = offeredIn(candidates.store.getState(), document, host.jobs.getState());
  if (!chosen) return;
  const next = (offered.indexOf(chosen) + by + offered.length) % offered.length;
  candidates.show(document, offered[next]!.id);
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

/** A part of a result, in pixels of the document; null is all of it. */
export function partRect(job: JobRecord, part: Rect | null, document: Document): Rect {
  const whole = resultRect(job, document);
  return part ? { ...part, x: part.x + whole.x, y: part.y + whole.y } : whole;
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
