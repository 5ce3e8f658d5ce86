import { Dialog as Base } from '@base-ui/react/dialog';
import { useId, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { useStudio } from '../../app/studio.ts';
import type { Command } from '../../commands/command.ts';
import { shownKeyOf, shownKeys } from '../../commands/keys.ts';
import { matchingCommands } from '../../commands/matching-commands.ts';
import { fullCommandName } from '../../commands/names.ts';
import { runCommand } from '../../commands/run-command.ts';
import { useIsMac } from '../../ui/use-is-mac.ts';

/** Finds a command by any part of its name, or of what other programs call it, and runs it. */
export function Palette({ onClose }: { onClose: () => void }) {
  const studio = useStudio();
  const { t } = useTranslation('commands');
  const settings = useStore(studio.host.settings);
  const isMac = useIsMac();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const found = matchingCommands(text, studio.words);
  const index = Math.min(at, found.length - 1);
  const run = (command: Command | undefined): void => {
    if (!command) return;
    const refusal = command.refuse(studio);
    if (refusal) {
      studio.notices.say(t(`refusal.${refusal}`));
      return;
    }
    onClose();
    // Once the focus is back where it was.
    requestAnimationFrame(() => runCommand(studio, command));
  };
  const keyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      setAt((index + by + found.length) % found.length);
    } else if (event.key === 'Enter') {
      // The key would go on into the field that has the focus again.
      event.preventDefault();
      run(found[index]);
    }
  };
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className="dialog palette" aria-label={t('title')}>
          <input
            className="palette-input"
            role="combobox"
            aria-expanded
            aria-controls={list}
            aria-activedescendant={found[index] ? `${list}-${found[index].id}` : undefined}
            aria-label={t('search')}
            placeholder={t('search')}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setAt(0);
            }}
            onKeyDown={keyDown}
          />
          <div id={list} role="listbox" aria-label={t('title')} className="palette-list">
            {found.map((command, row) => {
              const refusal = command.refuse(studio);
              const key = shownKeyOf(command, settings);
              return (
                <div
                  key={command.id}
                  id={`${list}-${command.id}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={row === index}
                  aria-disabled={refusal !== null}
                  className="menu-item"
                  data-highlighted={row === index || undefined}
                  data-disabled={refusal !== null || undefined}
                  ref={row === index ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
                  onPointerMove={() => setAt(row)}
                  onClick={() => run(command)}
                  onKeyDown={keyDown}
                >
                  <span>{fullCommandName(studio, command)}</span>
                  <span className="keys">
                    {refusal ? t(`refusal.${refusal}`) : key ? shownKeys(key, isMac) : t(`group.${command.group}`)}
                  </span>
                </div>
              );
            })}
          </div>
          {found.length === 0 ? <p className="empty">{t('nothing')}</p> : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
