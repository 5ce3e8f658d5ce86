import { ImagePlus } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { thumbnailUrl } from '#shared/contract/studio/blob-urls';
import type { DocumentSummary } from '#shared/contract/studio/documents';

import { useSession, useStudio, useView } from '../../app/studio.ts';
import { faultText } from '../../i18n/i18n.ts';
import { chosenModel, damagedModel } from '../../prompt/choose-model.ts';
import { runPrompt } from '../../prompt/run-prompt.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { chooseFiles } from './choose-files.ts';

const examples = ['example-1', 'example-2', 'example-3', 'example-4'] as const;
const recentCount = 6;

/** Over an empty canvas, and out of the way of who works on it: what one can do, and one click to a first picture. */
export function StartPage({ session }: { session: DocumentSession }) {
  const studio = useStudio();
  const { t, i18n } = useTranslation('start');
  const { host, view, workspace } = studio;
  const models = useStore(host.models);
  const model = chosenModel(models, { model: null }, useStore(host.settings));
  const damaged = model ? null : damagedModel(models);
  const recent = useRecent(session);
  const isAside = useCanvasInUse();
  const { width, height } = useSession(session, ({ document }) => document);
  useEffect(() => document.querySelector<HTMLElement>('#prompt')?.focus(), []);
  const run = (words: string): void => {
    session.setPrompt({ prompt: words, task: 'auto' });
    void runPrompt(studio, session);
  };
  return (
    <div className="start-page" data-aside={isAside || undefined}>
      <div className="start-sheet">
        <h1>{t('title')}</h1>
        <p className="quiet">{t('lead')}</p>
        <div className="start-cards" role="group" aria-label={t('examples')}>
          {examples.map((example) => (
            <button key={example} type="button" className="start-card" onClick={() => run(t(example))}>
              {t(example)}
            </button>
          ))}
        </div>
        <button
          type="button"
          className="button"
          onClick={() => void chooseFiles().then((files) => workspace.openFiles(files))}
        >
          <ImagePlus size={14} aria-hidden />
          {t('open')}
        </button>
        {recent.length > 0 ? (
          <section aria-label={t('recent')} className="start-recent">
            {recent.map(({ id, title, node }) => (
              <button
                key={id}
                type="button"
                className="start-document"
                title={title || t('untitled')}
                onClick={() => void workspace.show(id)}
              >
                {node.thumbnail ? <img src={thumbnailUrl(node.thumbnail, 128)} alt="" /> : <span className="checker" />}
                <span className="truncate small">{title || t('untitled')}</span>
              </button>
            ))}
          </section>
        ) : null}
        <p className="quiet small">
          {model ? t(model.isBundled ? 'box-note' : 'model-note', { model: model.title }) : null}
          {damaged?.problem ? faultText(damaged.problem, i18n.language) : null}
          {model || damaged ? null : t('no-model')}{' '}
          <button type="button" className="link" onClick={() => view.setState({ dialog: 'models' })}>
            {t(model ? (model.isBundled ? 'box-more' : 'model-more') : damaged ? 'model-see' : 'model-add')}
          </button>
        </p>
        <p className="quiet small">
          {t('size', { width, height })}{' '}
          <button type="button" className="link" onClick={() => view.setState({ dialog: 'new' })}>
            {t('size-more')}
          </button>
        </p>
      </div>
    </div>
  );
}

/** Whether something is being done on the canvas, or on its way into the document. */
function useCanvasInUse(): boolean {
  const state = useView(({ canvas }) => canvas?.state);
  return useSyncExternalStore(
    (listener) => state?.subscribe(listener) ?? (() => undefined),
    () => state !== undefined && (state.get().isBusy || state.get().pending > 0),
  );
}

function useRecent({ id }: DocumentSession): readonly DocumentSummary[] {
  const { client } = useStudio();
  const [recent, setRecent] = useState<readonly DocumentSummary[]>([]);
  useEffect(() => {
    const ending = new AbortController();
    client.documents.list({ trashed: false }, { signal: ending.signal }).then(
      (listed) => setRecent(listed.filter((each) => each.id !== id && each.stepCount > 1).slice(0, recentCount)),
      // Without a list the page is none the worse.
      () => undefined,
    );
    return () => ending.abort();
  }, [client, id]);
  return recent;
}
