import type { Parameters } from '#shared/document/prompt-state';

import { useSession } from '../../app/studio.ts';
import type { DocumentSession } from '../../session/document-session.ts';

type Change = (changes: Partial<Parameters>) => void;

/** The settings of the prompt bar, and how to change some of them. */
export const useParameters = (session: DocumentSession): [Parameters, Change] => [
  useSession(session, (state) => state.prompt.parameters),
  (parameters) => session.setPrompt({ parameters }),
];
