import type { Studio } from './studio.ts';

/** Asks before the window is closed on work that is not on the disk yet. */
export function keepUnsaved({ patience, workspace, connection }: Studio): void {
  window.addEventListener('beforeunload', (event) => {
    const isSaving = workspace.store
      .getState()
      .tabs.some(({ session }) => session && session.store.getState().unsaved > 0);
    if (isSaving || patience.hindrance.getState()) event.preventDefault();
  });
  // What waits for the host need not wait longer than the host does.
  connection.isOnline.subscribe((isOnline) => isOnline && patience.tryNow());
}
