/** Gives the keys to the canvas, when what had them goes away. */
export function focusCanvas(): void {
  document.querySelector<HTMLElement>('.stage .canvas-host')?.focus();
}
