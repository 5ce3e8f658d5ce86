import { commands } from '../commands/commands.ts';
import { menusOf } from '../commands/menus.ts';
import type { Studio } from './studio.ts';

/** Changes of state come in bursts. */
const restMs = 150;

/** Keeps the window's title, and the menu bar where the system has one, as the studio is: language, keys, what can be done. */
export function followWindow(studio: Studio, { signal }: { readonly signal: AbortSignal }): void {
  const { client, host, notices, view, workspace, candidates } = studio;
  let told = '';
  let title = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopSession = (): void => undefined;

  function show(): void {
    const info = host.info.getState();
    const name = workspace.session?.store.getState().tree.title;
    const isNew = title !== (title = name ? `${name} – Ovis Studio` : 'Ovis Studio');
    document.title = title;
    if (info?.shell !== 'electron') return;
    if (isNew) client.host.setTitle({ title }).catch(notices.fault);
    if (!info.can.nativeMenu) return;
    const menus = menusOf(studio, commands, { isMac: info.platform === 'darwin' });
    const telling = JSON.stringify(menus);
    if (telling === told) return;
    told = telling;
    client.host.setMenu({ menus }).catch(notices.fault);
  }
  function later(): void {
    clearTimeout(timer);
    if (!signal.aborted) timer = setTimeout(show, restMs);
  }
  function followSession(): void {
    stopSession();
    stopSession = workspace.session?.store.subscribe(later) ?? (() => undefined);
    later();
  }
  followSession();
  workspace.store.subscribe(followSession);
  for (const store of [host.info, host.settings, view, candidates.store]) store.subscribe(later);
}
