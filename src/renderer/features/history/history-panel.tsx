import { ContextMenu } from '@base-ui/react/context-menu';
import { PreviewCard } from '@base-ui/react/preview-card';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { GitBranch, Pin } from 'lucide-react';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';

import { thumbnailUrl } from '#shared/contract/studio/blob-urls';
import type { HistoryNode } from '#shared/document/history-node';
import { solidPath, type HistoryTree } from '#shared/document/history-tree';
import type { NodeId } from '#shared/document/ids';
import { promptOfRequest } from '#shared/document/prompt-from-recipe';

import { useSession, useStudio } from '../../app/studio.ts';
import type { Language } from '../../i18n/i18n.ts';
import { spokenTimeFor, type SpokenTime } from '../../i18n/spoken-time.ts';
import { stepWords } from '../../i18n/step-words.ts';
import { beginRerun, rerunOf } from '../../prompt/rerun.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { previewDelayMs, useOnePreview } from '../../ui/picture-preview.tsx';
import { useNaming } from '../../ui/use-naming.ts';
import { focusPrompt } from '../prompt/focus-prompt.ts';
import { StepPreview } from './step-preview.tsx';

const rowHeight = 44;

/** Every step ever made, newest on top: the way to the current one is solid, other branches stand beside it. */
export function HistoryPanel({ session }: { session: DocumentSession }) {
  const { t, i18n } = useTranslation('history');
  const time = useMemo(() => spokenTimeFor(i18n.language as Language, navigator.languages), [i18n.language]);
  const tree = useSession(session, (state) => state.tree);
  const rows = useMemo(() => rowsOf(tree), [tree]);
  const scroller = useRef<HTMLDivElement>(null);
  /** The step that has the keys; Tab comes to it, else to the current one. */
  const [last, setLast] = useState<NodeId | null>(null);
  const { previewed, preview } = useOnePreview<NodeId>();
  const tabStop = indexOfStep(rows, last) ?? indexOfStep(rows, tree.current) ?? 0;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    // What has the focus stays, however far it is scrolled away.
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), tabStop])].toSorted((a, b) => a - b),
  });
  const goTo = (index: number): void => {
    flushSync(() => setLast(rows[index]!.node.id));
    scroller.current?.querySelector<HTMLElement>('.history-step[tabindex="0"]')?.focus();
  };
  return (
    <div
      ref={scroller}
      className="panel-scroll"
      role="list"
      aria-label={t('title')}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setLast(null);
      }}
    >
      <div style={{ position: 'relative', height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => (
          <div key={rows[index]!.node.id} className="history-place" role="listitem" style={{ top: start }}>
            <Step
              session={session}
              row={rows[index]!}
              isCurrent={rows[index]!.node.id === tree.current}
              isTabStop={index === tabStop}
              time={time}
              isPreviewed={rows[index]!.node.id === previewed}
              onPreview={(isShown) => preview(rows[index]!.node.id, isShown)}
              onFocus={() => setLast(rows[index]!.node.id)}
              onKeyDown={(event) => {
                const to = stepAt(event, index, rows.length);
                if (to === null) return;
                event.preventDefault();
                goTo(to);
              }}
            />
          </div>
        ))}
      </div>
    </div>
  );
}

interface StepProps {
  readonly session: DocumentSession;
  readonly row: Row;
  readonly isCurrent: boolean;
  readonly isTabStop: boolean;
  readonly isPreviewed: boolean;
  readonly onPreview: (isShown: boolean) => void;
  readonly onFocus: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly time: SpokenTime;
}

function Step(props: StepProps) {
  const { session, row, isCurrent, isTabStop, isPreviewed, time, onPreview, onFocus, onKeyDown } = props;
  const studio = useStudio();
  const { t } = useTranslation(['history', 'common']);
  const { node, lane, isSolid } = row;
  const naming = useNaming((name) => {
    if (name !== (node.name ?? '')) session.changeNode(node.id, { name: name || null });
  });
  const go = (): void => void session.go(node.id).catch(studio.notices.fault);
  const reuse = (): void => {
    if (node.recipe) session.setPrompt(promptOfRequest(node.recipe, session.store.getState().prompt));
  };
  const rerun = rerunOf(node);
  const again = (): void => {
    if (!rerun) return;
    beginRerun(studio, session, rerun);
    focusPrompt();
  };
  if (naming.isNaming) {
    const { name } = node;
    return (
      <input
        className="input history-name"
        aria-label={t('history:name')}
        defaultValue={name ?? ''}
        placeholder={stepWords({ ...node, name: null }, studio.words)}
        {...naming.field}
      />
    );
  }
  return (
    <ContextMenu.Root>
      <PreviewCard.Root open={isPreviewed} onOpenChange={onPreview}>
        <ContextMenu.Trigger
          render={
            <PreviewCard.Trigger
              delay={previewDelayMs}
              render={
                <button
                  type="button"
                  ref={naming.place}
                  className="history-step"
                  tabIndex={isTabStop ? 0 : -1}
                  data-solid={isSolid || undefined}
                  aria-current={isCurrent ? 'step' : undefined}
                  style={{ paddingLeft: 6 + lane * 12 }}
                  onClick={go}
                  onFocus={onFocus}
                  onKeyDown={(event) => {
                    onKeyDown(event);
                    if (event.key === 'F2') naming.begin();
                    if (event.key === 'r' && !event.ctrlKey && !event.metaKey && !event.altKey) again();
                  }}
                />
              }
            />
          }
        >
          {node.thumbnail ? (
            <img src={thumbnailUrl(node.thumbnail, 128)} alt="" loading="lazy" />
          ) : (
            <span className="history-dot" aria-hidden />
          )}
          <span className="spread history-words">
            <span className="truncate">{stepWords(node, studio.words)}</span>
            <span className="quiet small truncate">
              {time(node.createdAt, Date.now())}
              {node.stale ? ` · ${t('history:stale')}` : ''}
            </span>
          </span>
          {node.pinned ? <Pin size={14} aria-label={t('history:pin')} /> : null}
          {lane > 0 ? <GitBranch size={14} aria-label={t('history:others')} /> : null}
        </ContextMenu.Trigger>
        <StepPreview session={session} node={node} />
      </PreviewCard.Root>
      <ContextMenu.Portal>
        <ContextMenu.Positioner style={{ zIndex: 40 }}>
          <ContextMenu.Popup className="popup" aria-label={t('history:step-menu')} finalFocus={naming.finalFocus}>
            <ContextMenu.Item className="menu-item" onClick={go}>
              {t('history:branch')}
            </ContextMenu.Item>
            <ContextMenu.Item className="menu-item" onClick={naming.beginAfterMenu}>
              {t('common:rename')}
            </ContextMenu.Item>
            <ContextMenu.Item
              className="menu-item"
              onClick={() => session.changeNode(node.id, { pinned: !node.pinned })}
            >
              {t(node.pinned ? 'history:unpin' : 'history:pin')}
            </ContextMenu.Item>
            <ContextMenu.Item className="menu-item" disabled={!rerun} onClick={again}>
              {t('history:rerun')}
            </ContextMenu.Item>
            <ContextMenu.Item className="menu-item" disabled={!node.recipe} onClick={reuse}>
              {t('history:reuse')}
            </ContextMenu.Item>
            <ContextMenu.Item
              className="menu-item"
              onClick={() => studio.view.setState({ comparison: { document: session.id, node: node.id } })}
            >
              {t('history:compare')}
            </ContextMenu.Item>
          </ContextMenu.Popup>
        </ContextMenu.Positioner>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}

interface Row {
  readonly node: HistoryNode;
  /** 0 for the path that undo and redo walk, more for branches beside it. */
  readonly lane: number;
  /** On the way from the beginning to the current step. */
  readonly isSolid: boolean;
}

function indexOfStep(rows: readonly Row[], step: NodeId | null): number | null {
  const index = rows.findIndex(({ node }) => node.id === step);
  return index < 0 ? null : index;
}

/** Where a key goes from a step; null for keys that belong to somebody else. */
function stepAt(event: KeyboardEvent, from: number, count: number): number | null {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return null;
  const to = { ArrowUp: from - 1, ArrowDown: from + 1, Home: 0, End: count - 1 }[event.key];
  return to === undefined || to < 0 || to >= count ? null : to;
}

/** Newest on top; the branches that leave a step stand right above it. */
function rowsOf(tree: HistoryTree): Row[] {
  const path = solidPath(tree);
  const main = new Set<NodeId>(path);
  const current = tree.current ? path.indexOf(tree.current) : -1;
  const solid = new Set<NodeId>(path.slice(0, current + 1));
  const rows: Row[] = [];
  const walk = (from: NodeId, lane: number): void => {
    for (let at: NodeId | undefined = from; at !== undefined;) {
      rows.push({ node: tree.nodes.get(at)!, lane, isSolid: solid.has(at) });
      const children: readonly NodeId[] = tree.children.get(at) ?? [];
      const onward: NodeId | undefined = children.find((child) => main.has(child)) ?? children.at(-1);
      for (const child of children) if (child !== onward) walk(child, lane + 1);
      at = onward;
    }
  };
  if (tree.root) walk(tree.root, 0);
  return rows.reverse();
}
