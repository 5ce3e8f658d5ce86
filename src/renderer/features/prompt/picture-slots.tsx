import { Menu } from '@base-ui/react/menu';
import { ImagePlus, PenTool } from 'lucide-react';
import { useState, type DragEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { maxReferences, zControlMap, type BlobName, type ControlMap } from '#shared/contract/job-request';
import { thumbnailUrl } from '#shared/contract/studio/blob-urls';
import type { Control } from '#shared/document/prompt-state';

import { useSession, useStudio } from '../../app/studio.ts';
import {
  fromActiveLayer,
  fromCanvas,
  fromDrop,
  fromFiles,
  holdsPicture,
  type PictureSource,
} from '../../prompt/picture-source.ts';
import { addReferences, removePictures, setControl } from '../../prompt/prompt-pictures.ts';
import { canvasFacts, type ChosenTask } from '../../prompt/task.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { ControlPicture } from './control-picture.tsx';

interface SlotProps {
  readonly session: DocumentSession;
  readonly task: ChosenTask;
}

/** The pictures that go with the words. They are dropped here, or chosen from a menu. */
export function PictureSlots({ session, task }: SlotProps) {
  const { t } = useTranslation('prompt');
  return (
    <div className="picture-slots" role="group" aria-label={t('pictures')}>
      <References session={session} />
      <ControlSlot session={session} task={task} />
    </div>
  );
}

function References({ session }: { session: DocumentSession }) {
  const studio = useStudio();
  const { t } = useTranslation('prompt');
  const references = useSession(session, ({ prompt }) => prompt.references);
  const add = (source: PictureSource): void => void addReferences(studio, session, source);
  const remove = (picture: BlobName): void =>
    removePictures(studio, session, { references: references.filter((each) => each !== picture) });
  return (
    <DropSlot onDrop={add}>
      {references.map((picture, index) => (
        <SlotMenu
          key={picture}
          label={t('reference-number', { number: index + 1 })}
          face={<img src={thumbnailUrl(picture, 128)} alt="" />}
        >
          <MenuItem label={t('picture-remove')} onClick={() => remove(picture)} />
        </SlotMenu>
      ))}
      {references.length < maxReferences ? (
        <SlotMenu
          label={t('reference-add')}
          hint={t('reference-hint')}
          face={
            <>
              <ImagePlus size={14} aria-hidden />
              {references.length === 0 ? <span className="slot-words">{t('reference')}</span> : null}
            </>
          }
        >
          <SourceItems session={session} onChoose={add} />
        </SlotMenu>
      ) : null}
    </DropSlot>
  );
}

function ControlSlot({ session, task }: SlotProps) {
  const studio = useStudio();
  const { t } = useTranslation('prompt');
  const control = useSession(session, ({ prompt }) => prompt.control);
  const set = (source: PictureSource): void => void setControl(studio, session, source);
  const isUnused = control !== null && task !== 'control';
  return (
    <DropSlot onDrop={set}>
      {control ? (
        <SlotMenu
          label={isUnused ? t('control-unused', { task: t(`task.${task}`) }) : t('control-set')}
          isDimmed={isUnused}
          face={<ControlPicture control={control} />}
        >
          <MapItems control={control} onChoose={(map) => session.setPrompt({ control: { ...control, map } })} />
          <div className="menu-line" />
          <SourceItems session={session} onChoose={set} />
          <div className="menu-line" />
          <MenuItem label={t('picture-remove')} onClick={() => removePictures(studio, session, { control: null })} />
        </SlotMenu>
      ) : (
        <SlotMenu
          label={t('control-add')}
          hint={t('control-hint')}
          face={
            <>
              <PenTool size={14} aria-hidden />
              <span className="slot-words">{t('control')}</span>
            </>
          }
        >
          <SourceItems session={session} onChoose={set} />
        </SlotMenu>
      )}
    </DropSlot>
  );
}

/** Where pictures come from, by mouse and by keyboard. */
function SourceItems({ session, onChoose }: { session: DocumentSession; onChoose: (source: PictureSource) => void }) {
  const { t } = useTranslation('prompt');
  const hasPicture = useSession(session, ({ document }) => canvasFacts(document).hasPicture);
  return (
    <>
      <MenuItem label={t('from-files')} onClick={() => onChoose(fromFiles)} />
      <MenuItem label={t('from-canvas')} disabled={!hasPicture} onClick={() => onChoose(fromCanvas)} />
      <MenuItem label={t('from-layer')} disabled={!hasPicture} onClick={() => onChoose(fromActiveLayer)} />
    </>
  );
}

/** How the lines are found. */
function MapItems({ control, onChoose }: { control: Control; onChoose: (map: ControlMap) => void }) {
  const { t } = useTranslation('prompt');
  return (
    <Menu.RadioGroup value={control.map} onValueChange={(map: ControlMap) => onChoose(map)}>
      {zControlMap.options.map((map) => (
        <Menu.RadioItem key={map} value={map} className="menu-item" closeOnClick>
          <span className="menu-mark">
            <Menu.RadioItemIndicator>✓</Menu.RadioItemIndicator>
          </span>
          {t(`map.${map}`)}
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}

interface SlotMenuProps {
  readonly label: string;
  readonly face: ReactNode;
  readonly children: ReactNode;
  readonly hint?: string;
  readonly isDimmed?: boolean;
}

function SlotMenu({ label, face, children, hint, isDimmed }: SlotMenuProps) {
  return (
    <Menu.Root>
      <Menu.Trigger
        className="picture-slot"
        aria-label={label}
        title={hint ?? label}
        data-dimmed={isDimmed || undefined}
      >
        {face}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner side="top" align="start" sideOffset={6} style={{ zIndex: 40 }}>
          <Menu.Popup className="popup">{children}</Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function MenuItem({ label, onClick, disabled }: { label: string; onClick: () => void; disabled?: boolean }) {
  return (
    <Menu.Item className="menu-item" disabled={disabled} onClick={onClick}>
      {label}
    </Menu.Item>
  );
}

function DropSlot({ onDrop, children }: { onDrop: (source: PictureSource) => void; children: ReactNode }) {
  const [isOver, setOver] = useState(false);
  const over = (event: DragEvent): void => {
    if (!holdsPicture(event.dataTransfer)) return;
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    onDrop(fromDrop(event.dataTransfer));
  };
  return (
    <div
      className="drop-slot"
      data-over={isOver || undefined}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {children}
    </div>
  );
}
