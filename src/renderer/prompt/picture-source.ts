/** @file The ways by which a picture comes to the prompt bar. Each gives the name that it is stored under. */
import { maxReferences, type BlobName } from '#shared/contract/job-request';
import type { LayerId } from '#shared/document/ids';

import type { Studio } from '../app/studio.ts';
import { draggedPicture, pictureType } from '../features/canvas/drop.ts';
import { draggedLayer, layerType } from '../features/layers/layer-drag.ts';
import { chooseFiles } from '../features/start/choose-files.ts';
import type { DocumentSession } from '../session/document-session.ts';

/** Gives no picture when a person would rather not choose one. */
export type PictureSource = (studio: Studio, session: DocumentSession) => Promise<readonly BlobName[]>;

export const fromFiles: PictureSource = async (studio) => stored(studio, await chooseFiles());

/** All that is visible, as it is now. */
export const fromCanvas: PictureSource = async ({ client }, session) => {
  await session.saved();
  return [(await client.documents.render({ id: session.id })).blob];
};

/** The layer that one works on. */
export const fromActiveLayer: PictureSource = async (studio, session) => {
  const { active } = studio.view.getState();
  return active ? fromLayer(active.layer)(studio, session) : [];
};

const fromLayer =
  (layer: LayerId): PictureSource =>
  async ({ client }, session) => {
    await session.saved();
    return [(await client.documents.render({ id: session.id, subject: { of: 'layer', layer } })).blob];
  };

export const holdsPicture = ({ types }: DataTransfer): boolean =>
  ['Files', pictureType, layerType].some((type) => types.includes(type));

/** What is dropped: a layer, a picture of the gallery, or files. Must be called while the drop is told of. */
export function fromDrop(transfer: DataTransfer): PictureSource {
  const layer = draggedLayer(transfer);
  if (layer) return fromLayer(layer);
  const dragged = draggedPicture(transfer);
  if (dragged) return async () => [dragged.blob];
  const files = [...transfer.files];
  return (studio) => stored(studio, files);
}

async function stored({ blobs, client }: Studio, files: readonly File[]): Promise<BlobName[]> {
  const names: BlobName[] = [];
  for (const file of files.slice(0, maxReferences)) {
    const upload = await blobs.upload(file);
    names.push((await client.files.place({ source: { upload } })).picture.blob);
  }
  return names;
}
