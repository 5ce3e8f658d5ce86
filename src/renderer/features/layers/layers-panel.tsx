import { Copy, FolderPlus, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { LayerId } from '#shared/document/ids';

import { useSession, useStudio, useView } from '../../app/studio.ts';
import { runById } from '../../commands/commands.ts';
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
  const run = (id: string) => () => runById(studio, id);
  return (
    <div className="panel">
      <LayerProperties session={session} />
      {rows.length === 0 ? <p className="empty">{t('layers:empty')}</p> : null}
      <ul
        className="panel-list"
        role="tree"
        aria-label={t('layers:title')}
        aria-multiselectable
        data-drop={isOverBottom || undefined}
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
        <IconButton icon={Plus} label={t('commands:new-layer')} onClick={run('new-layer')} />
        <IconButton icon={FolderPlus} label={t('commands:group-layer')} onClick={run('group-layer')} />
        <IconButton icon={Copy} label={t('commands:duplicate-layer')} onClick={run('duplicate-layer')} />
        <span className="spread" />
        <IconButton icon={Trash2} label={t('commands:delete-layer')} onClick={run('delete-layer')} />
      </div>
    </div>
  );
}
