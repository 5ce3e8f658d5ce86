import { Popover } from '@base-ui/react/popover';
import { Bookmark, Pencil, Trash2 } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import type { Preset } from '#shared/library/settings';

import { useStudio } from '../../app/studio.ts';
import { applyPreset, deletePreset, renamePreset, savePreset } from '../../prompt/presets.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { earlierPrompts } from './earlier-prompts.ts';
import { focusPrompt } from './focus-prompt.ts';

const shownEarlier = 12;
const longestName = 100;

/** Prompts to be used again: those with a name, and those that were run lately. */
export function PromptShelf({ session }: { session: DocumentSession }) {
  const { t } = useTranslation('prompt');
  const [isOpen, setOpen] = useState(false);
  const close = (): void => {
    setOpen(false);
    focusPrompt();
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger id="prompt-shelf" className="icon-button" aria-label={t('shelf')} title={t('shelf')}>
        <Bookmark size={16} aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner side="top" align="end" sideOffset={8} style={{ zIndex: 40 }}>
          <Popover.Popup className="popup prompt-shelf" aria-label={t('shelf')}>
            <Presets session={session} onApplied={close} />
            <Earlier session={session} onChosen={close} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Presets({ session, onApplied }: { session: DocumentSession; onApplied: () => void }) {
  const studio = useStudio();
  const { t } = useTranslation('prompt');
  const { presets } = useStore(studio.host.settings);
  const apply = (preset: Preset): void => {
    applyPreset(studio, session, preset);
    onApplied();
  };
  return (
    <section aria-label={t('presets')}>
      <h3>{t('presets')}</h3>
      {presets.length === 0 ? <p className="quiet small">{t('presets-empty')}</p> : null}
      {presets.map((preset) => (
        <PresetRow key={preset.id} preset={preset} onApply={() => apply(preset)} />
      ))}
      <NameField
        label={t('preset-name')}
        initial=""
        action={t('preset-save')}
        onTake={(name) => savePreset(studio, session, name)}
      />
    </section>
  );
}

function PresetRow({ preset, onApply }: { preset: Preset; onApply: () => void }) {
  const studio = useStudio();
  const { t } = useTranslation('prompt');
  const [isNaming, setNaming] = useState(false);
  const { name, prompt } = preset;
  if (isNaming) {
    return (
      <NameField
        label={t('preset-name')}
        initial={name}
        action={t('preset-rename-done')}
        onTake={(next) => {
          setNaming(false);
          renamePreset(studio, preset, next);
        }}
        onLeave={() => setNaming(false)}
      />
    );
  }
  return (
    <div className="shelf-row">
      <button type="button" className="menu-item" title={prompt.prompt} onClick={onApply}>
        {name}
        <span className="keys truncate">{prompt.prompt}</span>
      </button>
      <IconButton icon={Pencil} label={t('preset-rename', { name })} onClick={() => setNaming(true)} />
      <IconButton icon={Trash2} label={t('preset-delete', { name })} onClick={() => deletePreset(studio, preset)} />
    </div>
  );
}

interface NameFieldProps {
  readonly label: string;
  readonly initial: string;
  readonly action: string;
  readonly onTake: (name: string) => void;
  /** Escape; leave it out for a field that is always there. */
  readonly onLeave?: () => void;
}

function NameField({ label, initial, action, onTake, onLeave }: NameFieldProps) {
  const [text, setText] = useState(initial);
  const name = text.trim();
  const take = (): void => {
    if (name === '') return;
    onTake(name);
    setText('');
  };
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') take();
    if (event.key !== 'Escape' || !onLeave) return;
    event.stopPropagation();
    onLeave();
  };
  return (
    <div className="shelf-row">
      <input
        className="input spread"
        aria-label={label}
        placeholder={label}
        maxLength={longestName}
        value={text}
        // The field of a name appears because somebody asked to change it.
        ref={(field) => {
          if (onLeave) field?.focus();
        }}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={keyDown}
      />
      <button type="button" className="button" disabled={name === ''} onClick={take}>
        {action}
      </button>
    </div>
  );
}

function Earlier({ session, onChosen }: { session: DocumentSession; onChosen: () => void }) {
  const { host } = useStudio();
  const { t } = useTranslation('prompt');
  const earlier = earlierPrompts(useStore(host.jobs)).slice(0, shownEarlier);
  if (earlier.length === 0) return null;
  const choose = (prompt: string): void => {
    session.setPrompt({ prompt });
    onChosen();
  };
  return (
    <section aria-label={t('earlier')}>
      <h3>{t('earlier')}</h3>
      {earlier.map((words) => (
        <div key={words} className="shelf-row">
          <button type="button" className="menu-item" title={words} onClick={() => choose(words)}>
            <span className="truncate">{words}</span>
          </button>
        </div>
      ))}
    </section>
  );
}
