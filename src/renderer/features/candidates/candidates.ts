import { zJobId, type JobId } from '#shared/contract/job-events';
import type { BlobName } from '#shared/contract/job-request';
import type { JobsState } from '#shared/contract/studio/job-activity';
import { addLayer } from '#shared/document/layer-operations';
import type { Document } from '#shared/document/document';
import { resizeCanvas, setExtendFrame } from '#shared/document/document-operations';
import { compose, scaling, translation, unionRect, type Point, type Rect } from '#shared/document/geometry';
import { zDocumentId, zNodeId, type DocumentId, type LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { isFinal, type JobRecord } from '#shared/library/job-record';
import { z } from 'zod';
import { createJSONStorage, persist, type StateStorage } from 'zustand/middleware';
import { createStore, type StoreApi } from 'zustand/vanilla';

import { contentShift } from '../../document/content-shift.ts';
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
  /** Takes one away, and leaves the others of its run. */
  takeOut(job: JobId): void;
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
    takeOut: (job) =>
      store.setState(({ runs }) => ({
        runs: runs.flatMap((run) => {
          const jobs = run.jobs.filter((each) => each !== job);
          return jobs.length > 0 ? [{ ...run, jobs }] : [];
        }),
      })),
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

/** Where the canvas that a job was made for lies on the canvas as it is now. */
export type Anchor = Rect;

/**
 * Null where there is no such place: the canvas was scaled or turned since.
 *
 * @param made the document that the job was made for
 */
export function anchorOf({ request }: JobRecord, made: Document, now: Document): Anchor | null {
  // A picture of its own goes where it fits.
  const from = request.kind === 'generate' || request.kind === 'control' ? now : made;
  const { width, height } = from;
  const origin = width === now.width && height === now.height ? { x: 0, y: 0 } : contentShift(from, now);
  return origin && { ...origin, width, height };
}

/** The picture that would become a layer; null while there is none, and for an edit that changed nothing. */
export function pictureOf({ state, results, composition }: JobRecord): BlobName | null {
  if (!isFinal(state)) return null;
  return (composition ? composition.patch?.blob : results[0]) ?? null;
}

/** Null where there is no picture. */
export function placementOf(job: JobRecord, anchor: Anchor): Placement | null {
  const blob = pictureOf(job);
  const patch = job.composition?.patch;
  if (!blob || !patch) return blob && { blob, rect: null };
  const { x, y } = startOf(job, anchor);
  return { blob, rect: { x: patch.x + x, y: patch.y + y, width: patch.width, height: patch.height } };
}

/** The top left corner of a result that starts from the canvas. */
function startOf({ request }: JobRecord, { x, y }: Anchor): Point {
  return request.kind === 'outpaint' ? { x: x - request.extend.left, y: y - request.extend.top } : { x, y };
}

/** All of a result, seen from the document: the canvas, or what it is to grow to. */
export function resultRect(job: JobRecord, document: Document, anchor: Anchor): Rect {
  const { request } = job;
  if (request.kind === 'generate') return fittedInto(document, request);
  if (request.kind !== 'outpaint') return anchor;
  const { left, top, right, bottom } = request.extend;
  return {
    ...startOf(job, anchor),
    width: left + anchor.width + right,
    height: top + anchor.height + bottom,
  };
}

/** A part of a result, in pixels of the document; null is all of it. */
export function partRect(whole: Rect, part: Rect | null): Rect {
  return part ? { ...part, x: part.x + whole.x, y: part.y + whole.y } : whole;
}

/** What is to become a layer. */
interface MadeLayer {
  readonly id: LayerId;
  readonly name: string;
  /** Of its picture. */
  readonly size: Size;
}

/** The document with a result on top as a layer of its own. Nothing of what was there is touched. */
export function withResult(
  document: Document,
  job: JobRecord,
  anchor: Anchor,
  { id, name, size }: MadeLayer,
): Document {
  const placement = placementOf(job, anchor);
  if (!placement) return document;
  let grown = document;
  const rect = placement.rect ?? fittedInto(document, size);
  let { x, y } = rect;
  let scale = { x: rect.width / size.width, y: rect.height / size.height };
  if (job.request.kind === 'outpaint') {
    // Another extension may have been kept before: what is there already does not grow once more.
    const { width, height } = document;
    const frame = unionRect({ x: 0, y: 0, width, height }, resultRect(job, document, anchor));
    grown = setExtendFrame(resizeCanvas(document, frame, { x: -frame.x, y: -frame.y }), null);
    [x, y] = [x - frame.x, y - frame.y];
  } else if (!canvasFacts(document).hasPicture && !job.composition) {
    // The first picture of a document gives it its size.
    grown = resizeCanvas(document, size, { x: 0, y: 0 });
    [x, y] = [0, 0];
    scale = { x: 1, y: 1 };
  }
  const made = createLayer('raster', id, name, {
    pixels: { kind: 'picture', blob: placement.blob, ...size },
    transform: compose(translation(x, y), scaling(scale.x, scale.y)),
  });
  return addLayer(grown, made, { parent: null, index: Infinity });
}
