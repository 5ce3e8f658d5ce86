import { Copy, FolderPlus, Plus, Trash2 } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { LayerId } from '#shared/document/ids';

import { useSession, useStudio, useView } from '../../app/studio.ts';
import { commandById } from '../../commands/commands.ts';
import { runCommand } from '../../commands/run-command.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { layerType, movedToBottom } from './layer-drag.ts';
import { LayerProperties } from './layer-properties.tsx';
import { LayerRow } from './layer-row.tsx';
import { rowsOf } from './layer-rows.ts';
import { dropLayer } from './layer-steps.ts';

/** The layers, topmost first: drag them about, double-click a name to change it. */
export function LayersPanel({ session }: { session: DocumentSession }) {
  const studio = useStudio();
  const { t } = useTranslation(['layers', 'commands']);
  const document = useSession(session, (state) => state.document);
  const folded = useView((view) => view.foldedGroups);
  const active = useView((view) => view.active?.layer);
  const rows = rowsOf(document, folded);
  const [isOverBottom, setOverBottom] = useState(false);
  /** The row that had the keys last. */
  const [last, setLast] = useState<LayerId | null>(null);
  const tabStop = [last, active].find((id) => rows.some(({ layer }) => layer.id === id)) ?? rows[0]?.layer.id;
  const list = useRef<HTMLUListElement>(null);
  const lastAt = useRef(0);
  useLayoutEffect(() => {
    const at = rows.findIndex(({ layer }) => layer.id === last);
    if (at >= 0) lastAt.current = at;
    if (at >= 0 || last === null) return;
    // Its layer is gone: where it had the keys, the one in its place has them, and is what commands work on.
    const next = Math.min(lastAt.current, rows.length - 1);
    const hadKeys = window.document.activeElement === window.document.body;
    setLast(null);
    if (next < 0 || !hadKeys) return;
    studio.view.setState({ active: { layer: rows[next]!.layer.id, part: 'pixels' }, together: new Set() });
    list.current?.querySelectorAll<HTMLElement>('[role=treeitem]')[next]?.focus();
  });
  // Whether they can do something depends on it, too.
  useSession(session, (state) => state.access);
  const button = (id: 'new-layer' | 'group-layer' | 'duplicate-layer' | 'delete-layer') => {
    const command = commandById.get(id)!;
    const refusal = command.refuse(studio);
    return {
      label: t(`commands:${id}`),
      refusal: refusal && t(`commands:refusal.${refusal}`),
      onClick: () => runCommand(studio, command),
    };
  };
  return (
    <div className="panel">
      <LayerProperties session={session} />
      {rows.length === 0 ? <p className="empty">{t('layers:empty')}</p> : null}
      <ul
        ref={list}
        className="panel-list"
        role="tree"
        aria-label={t('layers:title')}
        aria-multiselectable
        data-drop={isOverBottom || undefined}
        onBlur={({ currentTarget, relatedTarget }) => {
          // Who comes back by Tab comes to the layer that commands work on.
          if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setLast(null);
        }}
        onDragOver={(event) => {
          const isBelow = event.target === event.currentTarget && event.dataTransfer.types.includes(layerType);
          if (isBelow) event.preventDefault();
          setOverBottom(isBelow);
        }}
        onDragLeave={() => setOverBottom(false)}
        onDrop={(event) => {
          setOverBottom(false);
          if (event.target === event.currentTarget) dropLayer(studio, session, event, movedToBottom);
        }}
      >
        {rows.map(({ layer: { id } }, index) => (
          <LayerRow
            key={id}
            session={session}
            rows={rows}
            index={index}
            isTabStop={id === tabStop}
            onFocus={() => setLast(id)}
          />
        ))}
      </ul>
      <div className="panel-foot">
        <IconButton icon={Plus} {...button('new-layer')} />
        <IconButton icon={FolderPlus} {...button('group-layer')} />
        <IconButton icon={Copy} {...button('duplicate-layer')} />
        <span className="spread" />
        <IconButton icon={Trash2} {...button('delete-layer')} />
      </div>
    </div>
  );
}
