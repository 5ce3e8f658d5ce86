/** @file Pictures that the words go with: those to go by, and the one whose lines are followed. */
import { maxReferences } from '#shared/contract/job-request';
import type { PromptState } from '#shared/document/prompt-state';

import type { Studio } from '../app/studio.ts';
import type { DocumentSession } from '../session/document-session.ts';
import type { PictureSource } from './picture-source.ts';

/** Puts pictures behind those that are there already, as many as there is room for. */
export async function addReferences(studio: Studio, session: DocumentSession, source: PictureSource): Promise<void> {
  try {
    const found = await source(studio, session);
    const { references: before } = session.store.getState().prompt;
    const references = [...new Set([...before, ...found])];
    if (references.length > maxReferences) studio.notices.say(studio.words('prompt:references-full'));
    session.setPrompt({ references: references.slice(0, maxReferences) });
  } catch (error) {
    studio.notices.fault(error);
  }
}

/** Takes a picture to draw along its lines; where there is one already, it takes its place. */
export async function setControl(studio: Studio, session: DocumentSession, source: PictureSource): Promise<void> {
  try {
    const [picture] = await source(studio, session);
    if (!picture) return;
    const map = session.store.getState().prompt.control?.map ?? 'canny';
    session.setPrompt({ control: { picture, map } });
  } catch (error) {
    studio.notices.fault(error);
  }
}

/** Takes pictures away, with a way back. */
export function removePictures(
  { notices, words }: Studio,
  session: DocumentSession,
  left: Partial<Pick<PromptState, 'references' | 'control'>>,
): void {
  const { references, control } = session.store.getState().prompt;
  session.setPrompt(left);
  notices.say(words('prompt:picture-removed'), {
    label: words('commands:undo'),
    run: () => session.setPrompt({ references, control }),
    document: session.id,
  });
}
