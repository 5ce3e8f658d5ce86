import { focusCanvas } from '../features/canvas/focus-canvas.ts';

/** Menus and dialogs that close give the focus back by themselves; they get the time to. */
const patienceMs = 100;

/** Whoever works by keys is never left nowhere: when what had the focus goes away, the canvas takes it. */
export function keepFocus(): void {
  let last: Element | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isLost = (): boolean => document.activeElement === document.body && last?.isConnected === false;
  window.addEventListener('focusin', ({ target }) => {
    last = target instanceof Element ? target : null;
  });
  new MutationObserver(() => {
    if (!isLost()) return;
    clearTimeout(timer);
    timer = setTimeout(() => isLost() && focusCanvas(), patienceMs);
  }).observe(document.body, { childList: true, subtree: true });
}
