import { zStoredPicture, type StoredPicture } from '#shared/contract/studio/blob-urls';
import type { Document } from '#shared/document/document';
import { resizeCanvas } from '#shared/document/document-operations';
import { compose, scaling, translation, type Point, type Transform } from '#shared/document/geometry';
import { createLayer } from '#shared/document/layer';
import { addLayer } from '#shared/document/layer-operations';
import type { StepLabel } from '#shared/document/step-label';
import { z } from 'zod';

import type { Studio } from '../../app/studio.ts';
import { freeName } from '../../commands/free-name.ts';
import { freshLayerId } from '../../document/fresh-ids.ts';
import { canvasFacts } from '../../prompt/task.ts';
import type { DocumentSession } from '../../session/document-session.ts';

/** What a picture of the gallery carries while it is dragged: JSON of a `DraggedPicture`. */
export const pictureType = 'application/x-ovis-picture';

const zDraggedPicture = zStoredPicture.extend({ name: z.string() });
export type DraggedPicture = z.infer<typeof zDraggedPicture>;

/** The picture of the gallery that is dragged; null for anything else, also for what another page says is one. */
export function draggedPicture(transfer: DataTransfer): DraggedPicture | null {
  try {
    return zDraggedPicture.parse(JSON.parse(transfer.getData(pictureType)));
  } catch {
    return null;
  }
}

/**
 * Files that were dropped: layers of the document in front; into an empty one, documents.
 * @param middle - where pictures are put, in document pixels
 */
export async function takeFiles(studio: Studio, files: readonly File[], middle?: Point): Promise<void> {
  const { session } = studio.workspace;
  const arePictures = files.every(({ type }) => type.startsWith('image/') && !type.includes('photoshop'));
  const isInUse = session !== null && canvasFacts(session.document).hasPicture;
  await (isInUse && arePictures ? placeFiles(studio, files, middle) : studio.workspace.openFiles(files));
}

/** Places picture files as layers. */
async function placeFiles(studio: Studio, files: readonly File[], middle: Point | undefined): Promise<void> {
  await eachPicture(studio, files, (session, picture, file) => {
    placePicture(studio, session, { ...picture, name: file.name }, middle);
  });
}

/** Pastes pictures as layers: what was copied here goes where it was, anything else in the middle. */
export async function pasteFiles(studio: Studio, files: readonly File[]): Promise<void> {
  await eachPicture(studio, files, (session, picture) => {
    const at = placeOfCopy(studio, picture);
    addPicture(studio, session, picture, {
      label: { what: 'paste' },
      name: studio.words('layers:picture'),
      ...(at && { at }),
    });
  });
}

/** Where a pasted picture was copied from, as far as its size tells. */
export function placeOfCopy({ view }: Studio, { width, height }: { width: number; height: number }): Point | undefined {
  const from = view.getState().copied?.place;
  return from?.width === width && from.height === height ? from : undefined;
}

async function eachPicture(
  studio: Studio,
  files: readonly File[],
  take: (session: DocumentSession, picture: StoredPicture, file: File) => void,
): Promise<void> {
  const { session } = studio.workspace;
  if (!session) return;
  for (const file of files) {
    try {
      const upload = await studio.blobs.upload(file);
      const { picture } = await studio.client.files.place({ source: { upload } });
      take(session, picture, file);
    } catch (error) {
      studio.notices.fault(error, file.name);
    }
  }
}

/**
 * Makes a stored picture a layer on top; a document without pictures takes its size.
 * @param middle - where its middle is put, in document pixels; by default in the middle of the document
 */
export function placePicture(studio: Studio, session: DocumentSession, picture: DraggedPicture, middle?: Point): void {
  const name = picture.name.slice(0, 255);
  addPicture(studio, session, picture, { label: { what: 'place-picture', name }, name, ...(middle && { middle }) });
}

function addPicture(
  studio: Studio,
  session: DocumentSession,
  picture: StoredPicture,
  {
    label,
    name,
    at,
    middle,
  }: { readonly label: StepLabel; readonly name: string; readonly at?: Point; readonly middle?: Point },
): void {
  const id = freshLayerId();
  const { width, height } = picture;
  const step = session.commit({
    label,
    kind: 'import',
    change: (document) => {
      const isFirst = !canvasFacts(document).hasPicture;
      const frame = isFirst ? resizeCanvas(document, picture, { x: 0, y: 0 }) : document;
      const layer = createLayer('raster', id, freeName(document, name), {
        pixels: { kind: 'picture', blob: picture.blob, width, height },
        transform: at && !isFirst ? translation(at.x, at.y) : fittedInto(frame, picture, isFirst ? undefined : middle),
      });
      return addLayer(frame, layer, { parent: null, index: Infinity });
    },
  });
  if (step) studio.view.setState({ active: { layer: id, part: 'pixels' } });
}

/** Around a point, never quite outside, and scaled down where it is larger than the document. */
function fittedInto(
  document: Document,
  { width, height }: StoredPicture,
  middle: Point = { x: document.width / 2, y: document.height / 2 },
): Transform {
  const scale = Math.min(1, document.width / width, document.height / height);
  const start = (at: number, size: number, room: number): number =>
    Math.round(Math.min(room, Math.max(0, at)) - (size * scale) / 2);
  const x = start(middle.x, width, document.width);
  const y = start(middle.y, height, document.height);
  return compose(translation(x, y), scaling(scale, scale));
}
