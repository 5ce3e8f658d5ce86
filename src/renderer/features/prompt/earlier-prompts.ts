import { useState } from 'react';

import { inOrder, type JobsState } from '#shared/contract/studio/job-activity';

import { useStudio } from '../../app/studio.ts';
import type { DocumentSession } from '../../session/document-session.ts';

/** What was asked for before, newest first, each once; jobs remember it. */
export function earlierPrompts({ jobs }: JobsState): string[] {
  const newest = inOrder(jobs.values()).toSorted((one, other) => other.queuedAt - one.queuedAt);
  const words = newest.map(({ request }) =>
    request.kind === 'describe' ? (request.turns.at(-1)?.text ?? '') : request.prompt,
  );
  return [...new Set(words.filter((each) => each !== ''))];
}

/** Walks through earlier prompts from within the box. */
export function useRecall(session: DocumentSession) {
  const { host } = useStudio();
  const [at, setAt] = useState(0);
  return {
    isRecalling: at > 0,
    stop: () => setAt(0),
    go: (by: 1 | -1) => {
      const words = earlierPrompts(host.jobs.getState());
      const next = Math.min(words.length, Math.max(0, at + by));
      setAt(next);
      session.setPrompt({ prompt: words[next - 1] ?? '' });
    },
  };
}
