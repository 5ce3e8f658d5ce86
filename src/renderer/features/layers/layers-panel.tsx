import { ContextMenu } from '@base-ui/react/context-menu';
import { ChevronDown, ChevronRight, Copy, Eye, EyeOff, FolderPlus, Lock, Plus, Trash2, Unlock } from 'lucide-react';
import { useState, type DragEvent, type KeyboardEvent, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { blendModeNames, type BlendMode } from '#shared/document/blend-mode';
import type { Document } from '#shared/document/document';
import type { LayerId } from '#shared/document/ids';
import { renameLayer, setLayerProperties } from '#shared/document/layer-operations';
import { childrenOf } from '#shared/document/layer-tree';
import type { NamedStep, StepLabel } from '#shared/document/step-label';
import type { Layer, LayerProperties as Properties } from '#shared/document/layer';

import { useSession, useStudio, useView, type Studio } from '../../app/studio.ts';
import { runById } from '../../commands/commands.ts';
import { layerLabel } from '../../document/layer-label.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { chosenLayers, isChosen, rangeTo, withToggled } from '../../stores/chosen-layers.ts';
import { Choice } from '../../ui/choice.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { SliderField } from '../../ui/slider-field.tsx';
import { useNaming } from '../../ui/use-naming.ts';
import { useActiveLayer } from '../canvas/canvas-host.tsx';
import { LayerMenu } from './layer-menu.tsx';
import { LayerThumbnail } from './layer-thumbnail.tsx';
import { draggedLayer, dropPlace, layerType, movedBy, movedTo, movedToBottom, type DropPlace } from './layer-drag.ts';

/** The layers, topmost first: drag them about, double-click a name to change it. */
export function LayersPanel({ session }: { session: DocumentSession }) {
  const studio = useStudio();
  const { t } = useTranslation(['layers', 'commands']);
  const document = useSession(session, (state) => state.document);
  const rows = rowsOf(
    document,
    useView((view) => view.foldedGroups),
  );
  const [isOverBottom, setOverBottom] = useState(false);
  const ids = rows.map(({ layer }) => layer.id);
  const run = (id: string) => () => runById(studio, id);
  return (
    <div className="panel">
      <LayerProperties session={session} />
      {rows.length === 0 ? <p className="empty">{t('layers:empty')}</p> : null}
      <ul
        className="panel-list"
        aria-label={t('layers:title')}
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
        {rows.map((row) => (
          <LayerRow key={row.layer.id} session={session} rows={ids} {...row} />
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

/** Opacity and blend mode of the layers one works on. */
function LayerProperties({ session }: { session: DocumentSession }) {
  const { view } = useStudio();
  const { t } = useTranslation('layers');
  const layer = useActiveLayer(session);
  const [opacity, setOpacity] = useState<number | null>(null);
  if (!layer) return null;
  const chosen = (): readonly LayerId[] => chosenLayers(view.getState(), session.document);
  return (
    <div className="layer-properties">
      <Choice<BlendMode>
        isLabelled
        label={t('blend')}
        value={layer.blend}
        options={blendModeNames.map((value) => ({ value, label: t(`mode.${value}`) }))}
        onChange={(blend) => setProperties(session, chosen(), 'layer-blend', { blend })}
      />
      <SliderField
        label={t('opacity')}
        value={opacity ?? Math.round(layer.opacity * 100)}
        min={0}
        max={100}
        initial={100}
        onChange={setOpacity}
        onCommit={(value) => {
          setOpacity(null);
          setProperties(session, chosen(), 'layer-opacity', { opacity: value / 100 });
        }}
      />
    </div>
  );
}

function LayerRow({ session, layer, depth, isOpen, rows }: LayerRowProps) {
  const studio = useStudio();
  const { view } = studio;
  const { t } = useTranslation('layers');
  const isActive = useView(({ active }) => active?.layer === layer.id);
  const isIn = useView((state) => isChosen(state, layer.id));
  const isOnMask = useView(({ active }) => active?.layer === layer.id && active.part === 'mask');
  const [target, setTarget] = useState<DropPlace | null>(null);
  const { id, name, visible, locked } = layer;

  const naming = useNaming((next) => {
    if (next !== '' && next !== name) {
      const label: StepLabel = { what: 'rename-layer', name: next };
      session.commit({ label, kind: 'layer', change: (document) => renameLayer(document, id, next) });
    }
  });
  const drop = (event: DragEvent): void => {
    setTarget(null);
    dropLayer(studio, session, event, (document, moved) => movedTo(document, moved, id, target ?? 'above'));
  };
  const isGroup = layer.kind === 'group';
  const fold = (isFolded: boolean): void =>
    view.setState(({ foldedGroups }) => {
      const others = [...foldedGroups].filter((each) => each !== id);
      return { foldedGroups: new Set(isFolded ? [...others, id] : others) };
    });
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key === 'F2') naming.begin();
    if (isGroup && !event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      event.preventDefault();
      fold(event.key === 'ArrowLeft');
    }
    if ((!event.altKey && !event.shiftKey) || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    event.stopPropagation();
    const direction = event.key === 'ArrowUp' ? 'up' : 'down';
    if (event.altKey) reorder(session, actedOn(), (document, moved) => movedBy(document, moved, direction));
    else extendChoice(event.currentTarget, direction);
  };
  /** This layer, or all that are chosen where it is one of them. */
  const actedOn = (): readonly LayerId[] => layersWith(studio, session, id);
  const take = (part: 'pixels' | 'mask'): void => view.setState({ active: { layer: id, part }, together: new Set() });
  const choose = ({ shiftKey, ctrlKey, metaKey }: MouseEvent): void => {
    if (shiftKey) view.setState((state) => rangeTo(state, rows, id));
    else if (ctrlKey || metaKey) view.setState((state) => withToggled(state, session.document, id));
    else take('pixels');
  };
  /** The keys go on to the next row, which is chosen too. */
  const extendChoice = (from: Element, direction: 'up' | 'down'): void => {
    const buttons = [...(from.closest('ul')?.querySelectorAll<HTMLElement>('.layer-choose') ?? [])];
    const next = rows.indexOf(id) + (direction === 'up' ? -1 : 1);
    const layer = rows[next];
    if (!layer) return;
    if (!isIn) take('pixels');
    view.setState((state) => rangeTo(state, rows, layer));
    buttons[next]?.focus();
  };
  return (
    <ContextMenu.Root onOpenChange={(isShown) => isShown && !isIn && take('pixels')}>
      <ContextMenu.Trigger
        render={
          <li
            className="layer-row"
            data-active={isActive || undefined}
            data-chosen={isIn || undefined}
            data-drop={target ?? undefined}
            style={{ paddingLeft: 4 + depth * 14 }}
            draggable={!naming.isNaming}
            onDragStart={(event) => event.dataTransfer.setData(layerType, id)}
            onDragOver={(event) => {
              if (!event.dataTransfer.types.includes(layerType)) return;
              event.preventDefault();
              const { top, height } = event.currentTarget.getBoundingClientRect();
              setTarget(dropPlace((event.clientY - top) / height, { isGroup, isOpen }));
            }}
            onDragLeave={() => setTarget(null)}
            onDrop={drop}
          />
        }
      >
        <IconButton
          icon={visible ? Eye : EyeOff}
          label={t(visible ? 'hide' : 'show', { name })}
          onClick={() =>
            setProperties(session, actedOn(), visible ? 'hide-layers' : 'show-layers', { visible: !visible })
          }
        />
        {isGroup ? (
          <IconButton
            icon={isOpen ? ChevronDown : ChevronRight}
            label={t(isOpen ? 'collapse' : 'expand', { name })}
            aria-expanded={isOpen}
            onClick={() => fold(isOpen)}
          />
        ) : null}
        {naming.isNaming ? (
          <input className="input spread" aria-label={t('name')} defaultValue={name} {...naming.field} />
        ) : (
          <button
            type="button"
            ref={naming.button}
            className="layer-choose"
            aria-pressed={isIn}
            onClick={choose}
            onDoubleClick={naming.begin}
            onKeyDown={keyDown}
          >
            {isGroup ? null : <LayerThumbnail layer={layer} part="pixels" />}
            <span className="truncate">{name || t('new-layer')}</span>
            {layer.opacity < 1 ? <span className="quiet small">{Math.round(layer.opacity * 100)} %</span> : null}
          </button>
        )}
        {layer.mask ? (
          <button
            type="button"
            className="layer-mask"
            aria-label={t('paint-mask', { name })}
            aria-pressed={isOnMask}
            title={t('paint-mask', { name })}
            onClick={() => take(isOnMask ? 'pixels' : 'mask')}
          >
            <LayerThumbnail layer={layer} part="mask" />
          </button>
        ) : null}
        <IconButton
          icon={locked ? Lock : Unlock}
          label={t(locked ? 'unlock' : 'lock', { name })}
          className={`icon-button ${locked ? '' : 'shy'}`}
          onClick={() =>
            setProperties(session, actedOn(), locked ? 'unlock-layers' : 'lock-layers', { locked: !locked })
          }
        />
      </ContextMenu.Trigger>
      <LayerMenu session={session} layer={layer} onRename={naming.begin} />
    </ContextMenu.Root>
  );
}

function setProperties(
  session: DocumentSession,
  layers: readonly LayerId[],
  what: NamedStep,
  properties: Partial<Properties>,
): void {
  const label = layerLabel(what, session.document, layers);
  session.commit({ label, kind: 'layer', change: (document) => setLayerProperties(document, layers, properties) });
}

type Move = (document: Document, moved: readonly LayerId[]) => Document;

function reorder(session: DocumentSession, layers: readonly LayerId[], move: Move): void {
  const label = layerLabel('reorder-layers', session.document, layers);
  session.commit({ label, kind: 'layer', change: (document) => move(document, layers) });
}

/** A layer, and all that are chosen together with it. */
function layersWith({ view }: Studio, { document }: DocumentSession, layer: LayerId): readonly LayerId[] {
  const state = view.getState();
  return isChosen(state, layer) ? chosenLayers(state, document) : [layer];
}

/** Moves the layer that is dropped, if it is one, and those that are chosen with it. */
function dropLayer(studio: Studio, session: DocumentSession, event: DragEvent, move: Move): void {
  const moved = draggedLayer(event.dataTransfer);
  if (!moved) return;
  event.preventDefault();
  if (session.document.layers[moved]) reorder(session, layersWith(studio, session, moved), move);
}

interface LayerRowProps extends Row {
  readonly session: DocumentSession;
  /** All that are listed, in that order. */
  readonly rows: readonly LayerId[];
}

interface Row {
  readonly layer: Layer;
  readonly depth: number;
  /** A group whose layers are listed. */
  readonly isOpen: boolean;
}

/** Topmost first, with what is in an open group below it. */
function rowsOf(
  document: Document,
  folded: ReadonlySet<LayerId>,
  parent: LayerId | null = null,
  depth = 0,
): readonly Row[] {
  return childrenOf(document, parent)
    .toReversed()
    .flatMap((id) => {
      const layer = document.layers[id]!;
      const isOpen = layer.kind === 'group' && !folded.has(id);
      return [{ layer, depth, isOpen }, ...(isOpen ? rowsOf(document, folded, id, depth + 1) : [])];
    });
}
