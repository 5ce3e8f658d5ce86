import { useEffect, useState } from 'react';
import { useStore } from 'zustand';

import type { JobsState } from '#shared/contract/studio/job-activity';
import type { Estimate } from '#shared/contract/studio/estimates';

import { useSession, useStudio } from '../../app/studio.ts';
import { chosenModel } from '../../prompt/choose-model.ts';
import { pictureSize } from '../../prompt/request.ts';
import type { ChosenTask } from '../../prompt/task.ts';
import type { DocumentSession } from '../../session/document-session.ts';

const restMs = 300;

/** What a run would take, as learned on this machine; null until the host has said. */
export function useEstimate(session: DocumentSession, task: ChosenTask): Estimate | null {
  const { client, host } = useStudio();
  const [estimate, setEstimate] = useState<Estimate | null>(null);
  const parameters = useSession(session, ({ prompt }) => prompt.parameters);
  const documentWidth = useSession(session, ({ document }) => document.width);
  const documentHeight = useSession(session, ({ document }) => document.height);
  const model = chosenModel(useStore(host.models), parameters, useStore(host.settings));
  const { steps, count } = parameters;
  const size = pictureSize(parameters, model);
  const [width, height] = task === 'generate' ? [size.width, size.height] : [documentWidth, documentHeight];
  const id = model?.id;
  const precision = model?.precision;
  // Every job that ends teaches how fast the machine is now.
  const learnt = useStore(host.jobs, lastFinishedAt);
  useEffect(() => {
    if (!id || !precision) return undefined;
    const ending = new AbortController();
    const { signal } = ending;
    const query = { kind: task, model: id, precision, width, height, steps, count };
    const timer = setTimeout(() => {
      // Without an estimate the button says what it does, and no more.
      client.estimates.of(query, { signal }).then(setEstimate, () => signal.aborted || setEstimate(null));
    }, restMs);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [client, id, precision, task, width, height, steps, count, learnt]);
  return estimate;
}

const lastFinishedAt = ({ jobs }: JobsState): number =>
  Math.max(0, ...Array.from(jobs.values(), ({ state, endedAt }) => (state === 'finished' ? (endedAt ?? 0) : 0)));
