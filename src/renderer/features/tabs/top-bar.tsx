import { Menu } from '@base-ui/react/menu';
import { Cpu, Menu as MenuIcon, PanelRight, Plus, Search, Settings, X } from 'lucide-react';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { useStudio, useView } from '../../app/studio.ts';
import { commandGroups } from '../../commands/command.ts';
import { commands, runById } from '../../commands/commands.ts';
import { shownKeyOf, shownKeys } from '../../commands/keys.ts';
import { fullCommandName } from '../../commands/names.ts';
import { runCommand } from '../../commands/run-command.ts';
import { chosenModel } from '../../prompt/choose-model.ts';
import type { Tab } from '../../session/workspace.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { useIsMac } from '../../ui/use-is-mac.ts';
import { useNaming } from '../../ui/use-naming.ts';

/** Menu, documents, search, and what the model runs on. */
export function TopBar() {
  const studio = useStudio();
  const { t } = useTranslation(['start', 'commands', 'status']);
  const isMac = useIsMac();
  const dockOpen = useView((view) => view.dockOpen);
  const { tabs, current } = useStore(studio.workspace.store);
  const open = (id: string) => () => runById(studio, id);
  return (
    <header className="top-bar">
      <MainMenu />
      <nav className="tabs" aria-label={t('start:tabs')}>
        {tabs.map((tab) => (
          <TabButton key={tab.id} tab={tab} isCurrent={tab.id === current} />
        ))}
        <IconButton icon={Plus} label={t('start:new-tab')} onClick={open('new')} />
      </nav>
      <button type="button" className="button search" onClick={open('open-palette')}>
        <Search size={14} aria-hidden />
        {t('commands:open-palette')}
        <span className="keys">{shownKeys('$mod+k', isMac)}</span>
      </button>
      <ModelChip onClick={open('open-models')} />
      <IconButton icon={Settings} label={t('commands:open-settings')} onClick={open('open-settings')} />
      <IconButton
        icon={PanelRight}
        label={t('commands:toggle-dock')}
        pressed={dockOpen}
        onClick={open('toggle-dock')}
      />
    </header>
  );
}

function TabButton({ tab, isCurrent }: { tab: Tab; isCurrent: boolean }) {
  const { workspace } = useStudio();
  const { t } = useTranslation('start');
  const { id, session } = tab;
  const title = useTitle(tab) || t('untitled');
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (isCurrent) place.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [isCurrent]);
  const naming = useNaming((title) => title !== '' && session?.rename(title.slice(0, 255)));
  if (naming.isNaming && session) {
    return <input className="input" aria-label={t('rename')} defaultValue={title} {...naming.field} />;
  }
  return (
    <span ref={place} className="tab" data-current={isCurrent || undefined}>
      <button
        type="button"
        ref={naming.place}
        className="tab-title truncate"
        aria-current={isCurrent ? 'page' : undefined}
        onClick={() => void workspace.show(id)}
        onDoubleClick={naming.begin}
        onKeyDown={(event) => event.key === 'F2' && naming.begin()}
        onAuxClick={(event) => event.button === 1 && void workspace.close(id)}
      >
        {title}
      </button>
      <button
        type="button"
        className="tab-close"
        aria-label={t('close-tab', { name: title })}
        onClick={() => void workspace.close(id)}
      >
        <X size={13} aria-hidden />
      </button>
    </span>
  );
}

/** What a document is called: one that is open knows better than the list of documents did. */
function useTitle({ title, session }: Tab): string {
  return useSyncExternalStore(
    session?.store.subscribe ?? neverTells,
    () => session?.store.getState().tree.title ?? title,
  );
}

const neverTells = () => (): void => undefined;

/** Every command by its group: what the palette has, to be looked through. */
function MainMenu() {
  const studio = useStudio();
  const { t } = useTranslation('commands');
  const settings = useStore(studio.host.settings);
  const isMac = useIsMac();
  return (
    <Menu.Root>
      <Menu.Trigger className="icon-button" aria-label={t('title')}>
        <MenuIcon size={16} aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="start" sideOffset={4} style={{ zIndex: 40 }}>
          <Menu.Popup className="popup">
            {commandGroups.map((group) => (
              <Menu.SubmenuRoot key={group}>
                <Menu.SubmenuTrigger className="menu-item">
                  {t(`group.${group}`)}
                  <span className="keys">›</span>
                </Menu.SubmenuTrigger>
                <Menu.Portal>
                  <Menu.Positioner sideOffset={2} style={{ zIndex: 40 }}>
                    <Menu.Popup className="popup">
                      {commands
                        .filter((command) => command.group === group)
                        .map((command) => {
                          const key = shownKeyOf(command, settings);
                          return (
                            <Menu.Item
                              key={command.id}
                              className="menu-item"
                              disabled={command.refuse(studio) !== null}
                              onClick={() => runCommand(studio, command)}
                            >
                              {fullCommandName(studio, command)}
                              {key ? <span className="keys">{shownKeys(key, isMac)}</span> : null}
                            </Menu.Item>
                          );
                        })}
                    </Menu.Popup>
                  </Menu.Positioner>
                </Menu.Portal>
              </Menu.SubmenuRoot>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** The model in use, and how its engine is. */
function ModelChip({ onClick }: { onClick: () => void }) {
  const { host } = useStudio();
  const { t } = useTranslation(['models', 'status']);
  const engine = useStore(host.engine);
  const model = chosenModel(useStore(host.models), { model: null }, useStore(host.settings));
  const device = 'report' in engine ? engine.report.preferred : null;
  return (
    <button
      type="button"
      className="button model-chip"
      data-look="quiet"
      onClick={onClick}
      title={t(`status:engine.${engine.kind}`)}
    >
      <Cpu size={14} aria-hidden data-engine={engine.kind} />
      <span className="truncate">{model?.title ?? t('models:title')}</span>
      {device ? <span className="quiet small">{device}</span> : null}
      <span className="visually-hidden">{t(`status:engine.${engine.kind}`)}</span>
    </button>
  );
}
