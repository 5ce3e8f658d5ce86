import { zStoredPicture, type StoredPicture } from '#shared/contract/studio/blob-urls';
import type { Document } from '#shared/document/document';
import { resizeCanvas } from '#shared/document/document-operations';
import { compose, scaling, translation, type Transform } from '#shared/document/geometry';
import { newLayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer } from '#shared/document/layer-operations';
import { z } from 'zod';

import type { Studio } from '../../app/studio.ts';
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

/** Files that came in by drop or clipboard: layers of the document in front; into an empty one, documents. */
export async function takeFiles(studio: Studio, files: readonly File[]): Promise<void> {
  const { session } = studio.workspace;
  const arePictures = files.every(({ type }) => type.startsWith('image/') && !type.includes('photoshop'));
  const isInUse = session !== null && canvasFacts(session.document).hasPicture;
  await (isInUse && arePictures ? placeFiles(studio, files) : studio.workspace.openFiles(files));
}

/** Places picture files as layers, each in the middle. */
export async function placeFiles(studio: Studio, files: readonly File[]): Promise<void> {
  const { session } = studio.workspace;
  if (!session) return;
  for (const file of files) {
    try {
      const upload = await studio.blobs.upload(file);
      const { picture } = await studio.client.files.place({ source: { upload } });
      placePicture(studio, session, picture, file.name);
    } catch (error) {
      studio.notices.fault(error, file.name);
    }
  }
}

/** Makes a stored picture a layer on top; a document without pictures takes its size. */
export function placePicture(studio: Studio, session: DocumentSession, picture: StoredPicture, name: string): void {
  const id = newLayerId((count) => crypto.getRandomValues(new Uint8Array(count)));
  const { width, height } = picture;
  session.commit({
    label: { what: 'place-picture', name: name.slice(0, 255) },
    kind: 'import',
    change: (document) => {
      const isFirst = !canvasFacts(document).hasPicture;
      const frame = isFirst ? resizeCanvas(document, picture, { x: 0, y: 0 }) : document;
      const transform = fittedInto(frame, picture);
      const layer = createLayer('raster', id, name.slice(0, 255), {
        pixels: { kind: 'picture', blob: picture.blob, width, height },
        transform,
      });
      return addLayer(frame, layer, { parent: null, index: Infinity });
    },
  });
  studio.view.setState({ active: { layer: id, part: 'pixels' } });
}

/** In the middle, scaled down where it is larger than the document. */
function fittedInto(document: Document, { width, height }: StoredPicture): Transform {
  const scale = Math.min(1, document.width / width, document.height / height);
  const x = Math.round((document.width - width * scale) / 2);
  const y = Math.round((document.height - height * scale) / 2);
  return compose(translation(x, y), scaling(scale, scale));
}
