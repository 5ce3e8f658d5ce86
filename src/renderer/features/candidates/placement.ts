/** @file Where the results of jobs go in a document, shown in place or as layers. */
import type { BlobName } from '#shared/contract/job-request';
import type { Document } from '#shared/document/document';
import { resizeCanvas, setExtendFrame } from '#shared/document/document-operations';
import { compose, scaling, translation, unionRect, type Point, type Rect } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer } from '#shared/document/layer-operations';
import { isFinal, type JobRecord } from '#shared/library/job-record';

import { contentShift } from '../../document/content-shift.ts';
import { canvasFacts } from '../../prompt/task.ts';

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
