import { ChevronRight, Copy, Eye, EyeOff, FolderPlus, Lock, Plus, Trash2, Unlock } from 'lucide-react';
import { useEffect, useState, type DragEvent, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

import type { Raster } from '#raster/raster';
import { blendModeNames, type BlendMode } from '#shared/document/blend-mode';
import type { Document } from '#shared/document/document';
import type { LayerId } from '#shared/document/ids';
import { moveLayers, renameLayer, setLayerProperties } from '#shared/document/layer-operations';
import { childrenOf, placeOf, withDescendants } from '#shared/document/layer-tree';
import type { Layer, LayerProperties as Properties } from '#shared/document/layer';

import { useSession, useStudio, useView } from '../../app/studio.ts';
import { commandById } from '../../commands/commands.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { Choice } from '../../ui/choice.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { RasterPicture } from '../../ui/raster-picture.tsx';
import { SliderField } from '../../ui/slider-field.tsx';
import { useActiveLayer } from '../canvas/canvas-host.tsx';
import { layerType } from './layer-drag.ts';

/** The layers, topmost first: drag them about, double-click a name to change it. */
export function LayersPanel({ session }: { session: DocumentSession }) {
  const studio = useStudio();
  const { t } = useTranslation(['layers', 'commands']);
  const document = useSession(session, (state) => state.document);
  const rows = rowsOf(document);
  const run = (id: string) => () => void commandById.get(id)!.run(studio);
  return (
    <div className="panel">
      <LayerProperties session={session} />
      {rows.length === 0 ? <p className="empty">{t('layers:empty')}</p> : null}
      <ul className="panel-list" aria-label={t('layers:title')}>
        {rows.map(({ layer, depth }) => (
          <LayerRow key={layer.id} session={session} layer={layer} depth={depth} />
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

/** Opacity and blend mode of the layer one works on. */
function LayerProperties({ session }: { session: DocumentSession }) {
  const { t } = useTranslation('layers');
  const layer = useActiveLayer(session);
  const [opacity, setOpacity] = useState<number | null>(null);
  if (!layer) return null;
  return (
    <div className="layer-properties">
      <Choice<BlendMode>
        isLabelled
        label={t('blend')}
        value={layer.blend}
        options={blendModeNames.map((value) => ({ value, label: t(`mode.${value}`) }))}
        onChange={(blend) => setProperties(session, layer.id, 'Blend mode', { blend })}
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
          setProperties(session, layer.id, 'Opacity', { opacity: value / 100 });
        }}
      />
    </div>
  );
}

function LayerRow({ session, layer, depth }: { session: DocumentSession; layer: Layer; depth: number }) {
  const { view } = useStudio();
  const { t } = useTranslation('layers');
  const isActive = useView(({ active }) => active?.layer === layer.id);
  const [isNaming, setNaming] = useState(false);
  const [target, setTarget] = useState<'above' | 'into' | null>(null);
  const { id, name, visible, locked } = layer;

  const rename = (next: string): void => {
    setNaming(false);
    if (next !== '' && next !== name) {
      session.commit({ label: 'Rename layer', kind: 'layer', change: (document) => renameLayer(document, id, next) });
    }
  };
  const drop = (event: DragEvent): void => {
    const moved = event.dataTransfer.getData(layerType) as LayerId;
    setTarget(null);
    if (!moved) return;
    event.preventDefault();
    session.commit({
      label: 'Move layer',
      kind: 'layer',
      change: (document) => movedTo(document, moved, id, target ?? 'above'),
    });
  };
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key === 'F2') setNaming(true);
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    event.stopPropagation();
    const by = event.key === 'ArrowUp' ? 2 : -1;
    session.commit({
      label: 'Move layer',
      kind: 'layer',
      change: (document) => {
        const { parent, index } = placeOf(document, id);
        const last = childrenOf(document, parent).length;
        return moveLayers(document, [id], { parent, index: Math.min(last, Math.max(0, index + by)) });
      },
    });
  };
  return (
    <li
      className="layer-row"
      data-active={isActive || undefined}
      data-drop={target ?? undefined}
      style={{ paddingLeft: 4 + depth * 14 }}
      draggable={!isNaming}
      onDragStart={(event) => event.dataTransfer.setData(layerType, id)}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(layerType)) return;
        event.preventDefault();
        setTarget(layer.kind === 'group' && event.nativeEvent.offsetY > 12 ? 'into' : 'above');
      }}
      onDragLeave={() => setTarget(null)}
      onDrop={drop}
    >
      <IconButton
        icon={visible ? Eye : EyeOff}
        label={t(visible ? 'hide' : 'show', { name })}
        onClick={() => setProperties(session, id, 'Visibility', { visible: !visible })}
      />
      {isNaming ? (
        <input
          className="input spread"
          aria-label={t('name')}
          defaultValue={name}
          // The field appears because somebody asked to type into it.
          ref={(field) => field?.focus()}
          onBlur={(event) => rename(event.target.value.trim())}
          onKeyDown={(event) => {
            if (event.key === 'Enter') rename(event.currentTarget.value.trim());
            if (event.key === 'Escape') setNaming(false);
          }}
        />
      ) : (
        <button
          type="button"
          className="layer-choose"
          aria-pressed={isActive}
          onClick={() => view.setState({ active: { layer: id, part: 'pixels' } })}
          onDoubleClick={() => setNaming(true)}
          onKeyDown={keyDown}
        >
          <LayerThumbnail layer={layer} />
          <span className="truncate">{name || t('new-layer')}</span>
          {layer.opacity < 1 ? <span className="quiet small">{Math.round(layer.opacity * 100)} %</span> : null}
        </button>
      )}
      <IconButton
        icon={locked ? Lock : Unlock}
        label={t(locked ? 'unlock' : 'lock', { name })}
        className={`icon-button ${locked ? '' : 'shy'}`}
        onClick={() => setProperties(session, id, 'Lock', { locked: !locked })}
      />
    </li>
  );
}

function LayerThumbnail({ layer }: { layer: Layer }) {
  const canvas = useView((view) => view.canvas);
  const [raster, setRaster] = useState<Raster | null>(null);
  const pixels = layer.kind === 'group' ? null : layer.pixels;
  useEffect(() => {
    if (!canvas || !pixels) return undefined;
    const ending = new AbortController();
    const { signal } = ending;
    canvas
      .loaded()
      .then(() => canvas.thumbnail({ kind: 'layer', layer: layer.id, part: 'pixels' }, 32, { signal }))
      .then((small) => signal.aborted || setRaster(small))
      // A layer that goes away while it is drawn needs no picture.
      .catch(() => undefined);
    return () => ending.abort();
  }, [canvas, pixels, layer.id]);
  if (layer.kind === 'group') return <ChevronRight size={16} aria-hidden className="layer-thumbnail" />;
  return <span className="layer-thumbnail checker">{raster ? <RasterPicture raster={raster} /> : null}</span>;
}

function setProperties(session: DocumentSession, id: LayerId, label: string, properties: Partial<Properties>): void {
  session.commit({ label, kind: 'layer', change: (document) => setLayerProperties(document, [id], properties) });
}

/** The document with a layer above another one, or on top in a group. A group does not go into itself. */
function movedTo(document: Document, moved: LayerId, target: LayerId, where: 'above' | 'into'): Document {
  if (!document.layers[moved] || withDescendants(document, moved).includes(target)) return document;
  if (where === 'into') return moveLayers(document, [moved], { parent: target, index: Infinity });
  const { parent, index } = placeOf(document, target);
  return moveLayers(document, [moved], { parent, index: index + 1 });
}

interface Row {
  readonly layer: Layer;
  readonly depth: number;
}

/** Topmost first, with what is in a group below it. */
function rowsOf(document: Document, parent: LayerId | null = null, depth = 0): Row[] {
  return childrenOf(document, parent)
    .toReversed()
    .flatMap((id) => {
      const layer = document.layers[id]!;
      const inside = layer.kind === 'group' ? rowsOf(document, id, depth + 1) : [];
      return [{ layer, depth }, ...inside];
    });
}
