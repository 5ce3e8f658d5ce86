/** @file The parts of the window that the keys go between. */
import { focusCanvas } from '../features/canvas/focus-canvas.ts';

const find = (selector: string): HTMLElement | null => document.querySelector<HTMLElement>(selector);

/** In the order of F6. */
const regions = [
  { place: '.prompt-bar', enter: () => find('#prompt')?.focus() },
  { place: '.stage .canvas-host', enter: focusCanvas },
  { place: '.dock', enter: enterPanel },
  { place: '.tool-rail', enter: () => find('.tool-rail [aria-pressed=true]')?.focus() },
] as const;

/** Gives the keys to the next region that there is, or with -1 to the one before. */
export function goToRegion(by: 1 | -1): void {
  const shown = regions.filter(({ place }) => find(place));
  const from = shown.findIndex(({ place }) => document.activeElement?.closest(place));
  const to = from < 0 ? (by > 0 ? 0 : shown.length - 1) : (from + by + shown.length) % shown.length;
  shown[to]?.enter();
}

export const isInPanel = (): boolean => document.activeElement?.matches('.dock-panel, .dock-panel *') === true;

/** Gives the keys to the panel in front, once it is drawn: to its list, else to its first control. */
export function focusPanel(): void {
  requestAnimationFrame(enterPanel);
}

function enterPanel(): void {
  const inPanel = (selectors: string): HTMLElement | null => find(`.dock-panel :is(${selectors})`);
  const row = inPanel('.layer-row[tabindex="0"], .history-step[tabindex="0"]');
  (row ?? inPanel('input, textarea, button:not(:disabled)') ?? find('.dock-panel'))?.focus();
}
