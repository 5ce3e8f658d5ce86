import type { Studio } from '../../app/studio.ts';
import { readClipboard } from '../../client/clipboard.ts';
import { rasterOf } from '../../commands/canvas-commands.ts';
import { pasteFiles, placeOfCopy } from './drop.ts';

/** Pastes a picture out of the clipboard, when it is asked for by menu. */
export async function pasteFromClipboard(studio: Studio): Promise<void> {
  try {
    if (await pasteHeld(studio)) return;
    const items = await readClipboard();
    if (!items) {
      studio.notices.say(studio.words('trouble:clipboard-closed'));
      return;
    }
    const pictures = items.flatMap((item) => {
      const type = item.types.find((each) => each.startsWith('image/'));
      return type === undefined ? [] : [{ item, type }];
    });
    for (const { item, type } of pictures) await pastePicture(studio, await item.getType(type));
    const words = items.find(({ types }) => types.includes('text/plain'));
    if (pictures.length === 0) sayNoPicture(studio, words ? await (await words.getType('text/plain')).text() : '');
  } catch (error) {
    studio.notices.fault(error);
  }
}

/** Pastes what the system hands over with Ctrl+V. */
export async function pasteTransfer(studio: Studio, transfer: DataTransfer): Promise<void> {
  const pictures = [...transfer.files].filter(({ type }) => type.startsWith('image/'));
  const words = transfer.getData('text/plain');
  if (pictures.length > 0)
    await (studio.workspace.session ? pasteFiles(studio, pictures) : studio.workspace.openFiles(pictures));
  else if (!(await pasteHeld(studio))) sayNoPicture(studio, words);
}

/** Pastes what was copied here last, where the browser did not let it into the clipboard. @returns whether there is any */
async function pasteHeld(studio: Studio): Promise<boolean> {
  const held = studio.view.getState().copied?.picture;
  if (!held || !studio.workspace.session) return false;
  await pastePicture(studio, held);
  return true;
}

/** A page or a text was copied: its pictures stay where they are, and its words may be of use. */
function sayNoPicture({ notices, words, workspace }: Studio, text: string): void {
  const said = text.trim().slice(0, 2000);
  const { session } = workspace;
  const use = session && said !== '' ? () => session.setPrompt({ prompt: said }) : null;
  notices.say(words('trouble:no-picture-copied'), use && { label: words('trouble:use-words'), run: use });
}

async function pastePicture(studio: Studio, picture: Blob): Promise<void> {
  const { canvas } = studio.view.getState();
  const raster = await rasterOf(picture);
  await canvas?.commands.paste(raster, studio.words('layers:picture'), placeOfCopy(studio, raster));
}
