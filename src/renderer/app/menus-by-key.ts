/**
 * Context menus that are asked for by a key: the browser would open them over the middle of what has the focus, with nothing
 * chosen. They open below its beginning, with the first thing chosen.
 */
export function placeMenusByKey(): void {
  const place = (event: MouseEvent): void => {
    const { target } = event;
    if (event.button !== byKey || !(target instanceof HTMLElement) || target.closest('input, textarea')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { left, bottom } = target.getBoundingClientRect();
    const at = { clientX: left + indent, clientY: bottom + gap };
    target.dispatchEvent(new MouseEvent('contextmenu', { ...at, bubbles: true, cancelable: true, button: byPointer }));
    // The menu is there once it has been drawn.
    requestAnimationFrame(() => requestAnimationFrame(focusFirst));
  };
  addEventListener('contextmenu', place, { capture: true });
}

/** The button of an event that no pointer made. */
const byKey = -1;
const byPointer = 2;
/** Pixels: a menu covers a little of where it was asked for. */
const indent = 12;
const gap = 6;

function focusFirst(): void {
  document.querySelector<HTMLElement>('[role=menu] [role=menuitem]:not([aria-disabled=true])')?.focus();
}
