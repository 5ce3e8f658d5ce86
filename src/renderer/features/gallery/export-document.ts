import type { StudioExportFormat } from '#shared/contract/studio/files';

import type { Studio } from '../../app/studio.ts';
import type { DocumentSession } from '../../session/document-session.ts';

/** Writes the document as it is now and hands the file to whoever asked, as a download. */
export async function exportDocument(
  studio: Studio,
  session: DocumentSession,
  format: StudioExportFormat,
  size: { readonly width: number; readonly height: number } | null = null,
): Promise<void> {
  try {
    await session.saved();
    const { withRecipe } = studio.host.settings.getState().export;
    const { url, fileName } = await studio.client.files.export({ document: session.id, format, withRecipe, size });
    const link = document.createElement('a');
    link.href = url;
    link.download = fileName;
    link.click();
    studio.notices.say(studio.words('gallery:exported', { name: fileName }));
  } catch (error) {
    studio.notices.fault(error);
  }
}
