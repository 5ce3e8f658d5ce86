import type { GalleryItem } from '#shared/library/gallery-item';

import type { Studio } from '../../app/studio.ts';

/** What a picture is called. */
export const wordsOf = ({ recipe, caption, fileName }: GalleryItem): string =>
  caption || (recipe && recipe.kind !== 'describe' ? recipe.prompt : '') || (fileName ?? '');

export async function openItem({ client, workspace, notices }: Studio, item: GalleryItem): Promise<void> {
  try {
    const source = { blob: item.blob, fileName: item.fileName ?? `${wordsOf(item).slice(0, 40) || 'picture'}.png` };
    const { document, node } = await client.files.open({ source });
    await workspace.show(document, node);
  } catch (error) {
    notices.fault(error);
  }
}

/** @returns what takes it out again, as a toast offers too */
export async function trash({ client, notices, words }: Studio, { id }: GalleryItem): Promise<() => void> {
  await client.gallery.trash({ ids: [id] });
  const restore = (): void => void client.gallery.restore({ ids: [id] }).catch(notices.fault);
  notices.say(words('gallery:trashed'), { label: words('commands:undo'), run: restore });
  return restore;
}
