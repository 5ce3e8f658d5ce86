import { ContextMenu } from '@base-ui/react/context-menu';
import { ChevronDown, ChevronRight, Eye, EyeOff, Lock, Unlock } from 'lucide-react';
import { useState, type DragEvent, type KeyboardEvent, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { assertNever } from '#base/assert';
import type { LayerId } from '#shared/document/ids';
import { renameLayer } from '#shared/document/layer-operations';
import type { StepLabel } from '#shared/document/step-label';

import { useSession, useStudio, useView } from '../../app/studio.ts';
import { commandById } from '../../commands/commands.ts';
import { runCommand } from '../../commands/run-command.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { isChosen, rangeTo, withToggled } from '../../stores/chosen-layers.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { useNaming } from '../../ui/use-naming.ts';
import { dropPlace, layerType, movedBy, movedTo, type DropPlace } from './layer-drag.ts';
import { LayerMenu } from './layer-menu.tsx';
import type { Row } from './layer-rows.ts';
import { dropLayer, layersWith, reorder, setProperties } from './layer-steps.ts';
import { LayerThumbnail } from './layer-thumbnail.tsx';
import { rowAction } from './row-keys.ts';

interface LayerRowProps {
  readonly session: DocumentSession;
  /** All that are listed, in that order. */
  readonly rows: readonly Row[];
  readonly index: number;
  /** Tab comes to this one of all rows, and from it to its buttons. */
  readonly isTabStop: boolean;
  readonly onFocus: () => void;
}

/** A layer in the list. */
export function LayerRow({ session, rows, index, isTabStop, onFocus }: LayerRowProps) {
  const studio = useStudio();
  const { view } = studio;
  const { t } = useTranslation('layers');
  const { layer, depth, isOpen } = rows[index]!;
  const { id, name, visible, locked } = layer;
  const isReadOnly = useSession(session, ({ access }) => access.mode === 'read');
  const isActive = useView(({ active }) => active?.layer === id);
  const isIn = useView((state) => isChosen(state, id));
  const isOnMask = useView(({ active }) => active?.layer === id && active.part === 'mask');
  const [target, setTarget] = useState<DropPlace | null>(null);

  const naming = useNaming((next) => {
    if (next !== '' && next !== name) {
      const label: StepLabel = { what: 'rename-layer', name: next };
      session.commit({ label, kind: 'layer', change: (document) => renameLayer(document, id, next) });
    }
  });
  const rename = (): void => {
    if (!isReadOnly) naming.begin();
  };
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
  /** This layer, or all that are chosen where it is one of them. */
  const actedOn = (): readonly LayerId[] => layersWith(studio, session, id);
  const take = (part: 'pixels' | 'mask', layer: LayerId = id): void =>
    view.setState({ active: { layer, part }, together: new Set() });
  const toggle = (): void => view.setState((state) => withToggled(state, session.document, id));
  const chooseUpTo = (to: LayerId): void => {
    const listed = rows.map((row) => row.layer.id);
    view.setState((state) => rangeTo(state, listed, to));
  };
  const choose = ({ target: on, shiftKey, ctrlKey, metaKey }: MouseEvent): void => {
    if (isOnControl(on)) return;
    if (shiftKey) chooseUpTo(id);
    else if (ctrlKey || metaKey) toggle();
    else take('pixels');
  };
  const keyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const action = event.target === event.currentTarget ? rowAction(event, rows, index) : null;
    if (!action) return;
    event.preventDefault();
    switch (action.kind) {
      case 'go':
        if (action.chooses === 'it') take('pixels', action.to);
        if (action.chooses === 'up-to' && !isIn) take('pixels');
        if (action.chooses === 'up-to') chooseUpTo(action.to);
        rowElement(
          event.currentTarget,
          rows.findIndex((row) => row.layer.id === action.to),
        )?.focus();
        break;
      case 'take':
        take('pixels');
        break;
      case 'take-all':
        take('pixels');
        view.setState({ together: new Set(rows.map((row) => row.layer.id)) });
        break;
      case 'toggle':
        toggle();
        break;
      case 'fold':
        fold(action.isFolded);
        break;
      case 'move':
        reorder(session, actedOn(), (document, moved) => movedBy(document, moved, action.direction));
        break;
      case 'name':
        rename();
        break;
      case 'delete':
        if (!isIn) take('pixels');
        // As elsewhere: what is selected goes first.
        runCommand(studio, commandById.get(session.document.selection ? 'clear' : 'delete-layer')!);
        break;
      default:
        assertNever(action);
    }
  };
  const tabIndex = isTabStop ? 0 : -1;
  return (
    <ContextMenu.Root onOpenChange={(isShown) => isShown && !isIn && take('pixels')}>
      <ContextMenu.Trigger
        render={
          <li
            ref={naming.place}
            className="layer-row"
            role="treeitem"
            tabIndex={tabIndex}
            aria-label={name || t('new-layer')}
            aria-level={depth + 1}
            aria-selected={isIn}
            aria-current={isActive || undefined}
            aria-expanded={isGroup ? isOpen : undefined}
            data-active={isActive || undefined}
            data-chosen={isIn || undefined}
            data-drop={target ?? undefined}
            style={{ paddingLeft: 4 + depth * 14 }}
            draggable={!naming.isNaming && !isReadOnly}
            onFocus={onFocus}
            onClick={choose}
            onDoubleClick={({ target: on }) => {
              if (!isOnControl(on)) rename();
            }}
            onKeyDown={keyDown}
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
          tabIndex={tabIndex}
          disabled={isReadOnly}
          onClick={() =>
            setProperties(session, actedOn(), visible ? 'hide-layers' : 'show-layers', { visible: !visible })
          }
        />
        {isGroup ? (
          <IconButton
            icon={isOpen ? ChevronDown : ChevronRight}
            label={t(isOpen ? 'collapse' : 'expand', { name })}
            tabIndex={tabIndex}
            onClick={() => fold(isOpen)}
          />
        ) : null}
        {naming.isNaming ? (
          <input className="input spread" aria-label={t('name')} defaultValue={name} {...naming.field} />
        ) : (
          <span className="layer-face">
            {isGroup ? null : <LayerThumbnail layer={layer} part="pixels" />}
            <span className="truncate">{name || t('new-layer')}</span>
            {layer.opacity < 1 ? <span className="quiet small">{Math.round(layer.opacity * 100)} %</span> : null}
          </span>
        )}
        {layer.mask ? (
          <button
            type="button"
            className="layer-mask"
            tabIndex={tabIndex}
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
          tabIndex={tabIndex}
          disabled={isReadOnly}
          onClick={() =>
            setProperties(session, actedOn(), locked ? 'unlock-layers' : 'lock-layers', { locked: !locked })
          }
        />
      </ContextMenu.Trigger>
      <LayerMenu
        session={session}
        layer={layer}
        isReadOnly={isReadOnly}
        onRename={naming.beginAfterMenu}
        finalFocus={naming.finalFocus}
      />
    </ContextMenu.Root>
  );
}

/** Buttons and fields in a row do something of their own. */
const isOnControl = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('button, input') !== null;

const rowElement = (row: HTMLElement, index: number): HTMLElement | undefined =>
  row.parentElement?.querySelectorAll<HTMLElement>('[role=treeitem]')[index];
