import type { Studio } from '../../app/studio.ts';
import { rasterOf } from '../../commands/canvas-commands.ts';
import { placeFiles } from './drop.ts';

/** Pastes a picture out of the clipboard, when it is asked for by menu. */
export async function pasteFromClipboard(studio: Studio): Promise<void> {
  try {
    for (const item of await navigator.clipboard.read()) {
      const type = item.types.find((each) => each.startsWith('image/'));
      if (type) await pastePicture(studio, await item.getType(type));
    }
  } catch (error) {
    studio.notices.fault(error);
  }
}

/** Pastes what the system hands over with Ctrl+V. */
export async function pasteTransfer(studio: Studio, transfer: DataTransfer): Promise<void> {
  const pictures = [...transfer.files].filter(({ type }) => type.startsWith('image/'));
  if (pictures.length === 0) return;
  await (studio.workspace.session ? placeFiles(studio, pictures) : studio.workspace.openFiles(pictures));
}

async function pastePicture(studio: Studio, picture: Blob): Promise<void> {
  const { canvas } = studio.view.getState();
  await canvas?.commands.paste(await rasterOf(picture), studio.words('layers:picture'));
}
