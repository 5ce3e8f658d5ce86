import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { useStudio } from '../../app/studio.ts';
import { commandGroups, type Command } from '../../commands/command.ts';
import { commands } from '../../commands/commands.ts';
import { keysOf, keysOfPress, shownKeys } from '../../commands/keys.ts';
import { commandName } from '../../commands/names.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { useIsMac } from '../../ui/use-is-mac.ts';

/** All keys at a glance; click one and press another. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['settings', 'commands']);
  return (
    <Dialog title={t('settings:shortcuts')} onClose={onClose}>
      {commandGroups.map((group) => (
        <section key={group} aria-label={t(`commands:group.${group}`)}>
          <h3 className="section-title">{t(`commands:group.${group}`)}</h3>
          <ul>
            {commands
              .filter((command) => command.group === group)
              .map((command) => (
                <ShortcutRow key={command.id} command={command} />
              ))}
          </ul>
        </section>
      ))}
    </Dialog>
  );
}

function ShortcutRow({ command }: { command: Command }) {
  const { client, host, notices, words } = useStudio();
  const { t } = useTranslation(['settings', 'common']);
  const isMac = useIsMac();
  const settings = useStore(host.settings);
  const [isListening, setListening] = useState(false);
  const [key] = keysOf(command, settings);
  const { [command.id]: chosen, ...others } = settings.shortcuts;
  const put = (keys: string | null): void => {
    setListening(false);
    const shortcuts = keys === null ? others : { ...others, [command.id]: keys };
    void client.settings.change({ shortcuts }).catch(notices.fault);
  };
  const name = commandName(words, command);
  return (
    <li className="field shortcut-row">
      <span className="field-label">{name}</span>
      {chosen === undefined ? null : (
        <IconButton icon={RotateCcw} label={t('common:reset')} onClick={() => put(null)} />
      )}
      <button
        type="button"
        className="button shortcut"
        aria-label={`${name}: ${key ? shownKeys(key, isMac) : t('settings:unset')}`}
        onClick={() => setListening(true)}
        onBlur={() => setListening(false)}
        onKeyDown={(event) => {
          if (!isListening) return;
          event.preventDefault();
          event.stopPropagation();
          if (event.key === 'Escape') return setListening(false);
          const pressed = event.key === 'Backspace' ? '' : keysOfPress(event.nativeEvent);
          if (pressed !== null) put(pressed);
        }}
      >
        {isListening ? t('settings:press') : key ? shownKeys(key, isMac) : t('settings:unset')}
      </button>
    </li>
  );
}
