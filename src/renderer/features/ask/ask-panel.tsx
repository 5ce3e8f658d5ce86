import { MessageSquarePlus, SendHorizontal, Square } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';

import { thumbnailUrl } from '#shared/contract/studio/blob-urls';

import { useStudio, useView } from '../../app/studio.ts';
import { ask, obstacleToAsk, takeBack } from '../../prompt/ask.ts';
import { conversationsAbout, type Exchange } from '../../prompt/conversations.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { ExchangeView } from './exchange-view.tsx';
import './ask.css';

const readyQuestions = ['describe', 'alt', 'tags'] as const;

/** Conversations about the picture: what was asked, and what the model says, word by word as it comes. */
export function AskPanel({ session }: { session: DocumentSession }) {
  const studio = useStudio();
  const { t } = useTranslation('ask');
  const jobs = useStore(
    studio.host.jobs,
    useShallow(({ jobs }) => [...jobs.values()].filter(({ request }) => request.kind === 'describe')),
  );
  const isAnew = useView(({ askAnew }) => askAnew === session.id);
  const conversations = conversationsAbout({ jobs: new Map(jobs.map((job) => [job.id, job])) }, session.id);
  const questions = useView((view) => view.questions).filter(({ document }) => document === session.id);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => end.current?.scrollIntoView({ block: 'end' }), [jobs, isAnew, questions.length]);
  const askFor = (question: string): boolean => {
    const isAsked = obstacleToAsk(studio, session, question) === null;
    void ask(studio, session, question).catch(studio.notices.fault);
    return isAsked;
  };
  return (
    <div className="panel">
      <div className="panel-scroll ask" role="log" aria-label={t('title')} tabIndex={0}>
        {conversations.length + questions.length === 0 ? <p className="empty">{t('empty')}</p> : null}
        {conversations.map((exchanges) => (
          <Conversation key={exchanges[0]!.job.id} session={session} exchanges={exchanges} />
        ))}
        {questions.map((question) => (
          <div key={question.id} className="exchange">
            <p className="question">{question.text}</p>
            <p className="answer quiet">{t('waiting')}</p>
            <div className="row">
              <IconButton icon={Square} label={t('take-back')} onClick={() => takeBack(studio, question)} />
            </div>
          </div>
        ))}
        {isAnew && conversations.length > 0 ? <p className="ask-anew quiet small">{t('anew-hint')}</p> : null}
        <div ref={end} />
      </div>
      <div className="panel-foot">
        {readyQuestions.map((each) => (
          <button key={each} type="button" className="button" onClick={() => askFor(t(`${each}-question`))}>
            {t(each)}
          </button>
        ))}
        <span className="spread" />
        <IconButton
          icon={MessageSquarePlus}
          label={t('anew')}
          pressed={isAnew}
          onClick={() => studio.view.setState({ askAnew: isAnew ? null : session.id })}
        />
      </div>
      <QuestionField onAsk={askFor} />
    </div>
  );
}

/** Questions about one and the same picture, which stands above them. */
function Conversation({ session, exchanges }: { session: DocumentSession; exchanges: readonly Exchange[] }) {
  const { t } = useTranslation('ask');
  const [picture] = exchanges[0]!.request.images;
  return (
    <section className="conversation" aria-label={t('conversation')}>
      {picture ? <img src={thumbnailUrl(picture, 128)} alt={t('looked-at')} title={t('looked-at')} /> : null}
      {exchanges.map((exchange) => (
        <ExchangeView key={exchange.job.id} session={session} exchange={exchange} />
      ))}
    </section>
  );
}

/** @param onAsk - false when it cannot be asked now: the words stay */
function QuestionField({ onAsk }: { onAsk: (question: string) => boolean }) {
  const { t } = useTranslation('ask');
  const [text, setText] = useState('');
  const question = text.trim();
  const send = (): void => {
    if (question !== '' && onAsk(question)) setText('');
  };
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="ask-field">
      <textarea
        className="input spread"
        rows={1}
        maxLength={8000}
        aria-label={t('question')}
        placeholder={t('question')}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={keyDown}
      />
      <IconButton icon={SendHorizontal} label={t('send')} disabled={question === ''} onClick={send} />
    </div>
  );
}
