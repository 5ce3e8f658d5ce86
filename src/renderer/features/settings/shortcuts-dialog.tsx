import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import type { Settings } from '#shared/library/settings';

import { useStudio } from '../../app/studio.ts';
import { commandGroups, type Command } from '../../commands/command.ts';
import { commands } from '../../commands/commands.ts';
import { keysOfPress, putKeys, shownKeyOf, shownKeys } from '../../commands/keys.ts';
import { commandName } from '../../commands/names.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { useIsMac } from '../../ui/use-is-mac.ts';

/** All keys at a glance; click one and press another. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { words } = useStudio();
  const { t } = useTranslation(['settings', 'commands']);
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const found = commands.filter((command) => commandName(words, command).toLowerCase().includes(wanted));
  const groups = commandGroups.filter((group) => found.some((command) => command.group === group));
  return (
    <Dialog title={t('settings:shortcuts')} onClose={onClose}>
      <input
        type="search"
        className="input"
        aria-label={t('commands:search')}
        placeholder={t('commands:search')}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {groups.map((group) => (
        <section key={group} aria-label={t(`commands:group.${group}`)}>
          <h3 className="section-title">{t(`commands:group.${group}`)}</h3>
          <ul>
            {found
              .filter((command) => command.group === group)
              .map((command) => (
                <ShortcutRow key={command.id} command={command} />
              ))}
          </ul>
        </section>
      ))}
      {groups.length === 0 ? <p className="empty">{t('commands:nothing')}</p> : null}
    </Dialog>
  );
}

function ShortcutRow({ command }: { command: Command }) {
  const { client, host, notices, words } = useStudio();
  const { t } = useTranslation(['settings', 'common']);
  const isMac = useIsMac();
  const settings = useStore(host.settings);
  const [isListening, setListening] = useState(false);
  const key = shownKeyOf(command, settings);
  const name = commandName(words, command);
  const change = (shortcuts: Settings['shortcuts']): void =>
    void client.settings.change({ shortcuts }).catch(notices.fault);
  const put = (keys: string | null): void => {
    setListening(false);
    const result = putKeys(command, keys, commands, settings);
    const shown = shownKeys(keys ?? command.keys[0] ?? '', isMac);
    if ('heldBy' in result) {
      notices.say(words('settings:keys-held', { keys: shown, other: commandName(words, result.heldBy) }));
      return;
    }
    change(result.shortcuts);
    const [loser] = result.losers;
    if (!loser) return;
    notices.say(words('settings:keys-taken', { keys: shown, name, other: commandName(words, loser) }), {
      label: words('commands:undo'),
      run: () => change(settings.shortcuts),
    });
  };
  return (
    <li className="field shortcut-row">
      <span className="field-label">{name}</span>
      {settings.shortcuts[command.id] === undefined ? null : (
        <IconButton icon={RotateCcw} label={t('common:reset')} onClick={() => put(null)} />
      )}
      {command.fixedKeys ? (
        <span className="keys">{shownKeys(command.fixedKeys, isMac)}</span>
      ) : (
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
      )}
    </li>
  );
}
