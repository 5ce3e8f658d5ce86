import { DisposableStore, type Dispose } from '#base/disposable';
import type { Point } from '#shared/document/geometry';
import type { StrokeSample } from '../pixels/brush.ts';
import { noModifiers, type Modifiers, type PointerInput } from '../tools/tool.ts';
import type { Screen } from './screen.ts';
import { Fingers, type Pinch } from './fingers.ts';
import { toDocument } from './viewport.ts';

/** What the pointer does over the view, in the terms of tools. */
export interface PointerEvents {
  readonly onPointer: (input: PointerInput) => void;
  readonly onLeave: () => void;
  /** The system has taken the pointer away in the middle of a gesture. */
  readonly onCancel: () => void;
  readonly onWheel: (action: WheelAction, at: Point) => void;
  readonly onPinchBegin: () => void;
  readonly onPinch: (pinch: Pinch) => void;
}

export type WheelAction =
  | { readonly kind: 'zoom'; readonly deltaPx: number }
  | { readonly kind: 'pan'; readonly by: Point };

const linePx = 16;
/** What a notch of a mouse wheel turns by, in most browsers: whole multiples of it come from a wheel, not a touchpad. */
const notchPx = 20;

/**
 * What a wheel event means: pinching and the wheel of a mouse zoom, two fingers on a touchpad pan, and so does the wheel
 * with Shift.
 */
export function wheelAction(event: {
  readonly deltaX: number;
  readonly deltaY: number;
  readonly deltaMode: number;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}): WheelAction {
  const unit = event.deltaMode === 1 ? linePx : event.deltaMode === 2 ? linePx * 40 : 1;
  const dx = event.deltaX * unit;
  const dy = event.deltaY * unit;
  // A pinch comes as a wheel with Control, in small steps.
  if (event.ctrlKey || event.metaKey) return { kind: 'zoom', deltaPx: Math.abs(dy) < notchPx ? dy * 8 : dy };
  if (event.shiftKey) return { kind: 'pan', by: { x: dx === 0 ? -dy : -dx, y: 0 } };
  const isWheel = event.deltaMode !== 0 || (dx === 0 && Math.abs(dy) >= notchPx && Number.isInteger(dy));
  return isWheel ? { kind: 'zoom', deltaPx: dy } : { kind: 'pan', by: { x: -dx, y: -dy } };
}

/** Listens to an element and passes on what tools understand, every sample between two frames included. */
export function listenToPointer(
  element: HTMLElement,
  context: { readonly screen: () => Screen; readonly isSpaceDown: () => boolean },
  events: PointerEvents,
): Dispose {
  const owned = new DisposableStore();
  // Otherwise a touch would scroll the page, and take the pointer away.
  element.style.touchAction = 'none';
  const fingers = new Fingers();
  let pressed: { readonly id: number; readonly button: PointerInput['button'] } | null = null;

  const place = (event: MouseEvent): Point => {
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const inputOf = (event: PointerEvent, kind: PointerInput['kind']): PointerInput => {
    const { left, top } = element.getBoundingClientRect();
    const { viewport } = context.screen();
    const at = (each: PointerEvent): Point => ({ x: each.clientX - left, y: each.clientY - top });
    const sampleOf = (each: PointerEvent): StrokeSample => {
      const point = toDocument(viewport, at(each));
      return { ...point, pressure: each.pointerType === 'pen' ? each.pressure : 1 };
    };
    const between = kind === 'drag' ? event.getCoalescedEvents() : [];
    const screen = at(event);
    return {
      kind,
      point: toDocument(viewport, screen),
      screen,
      samples: (between.length > 0 ? between : [event]).map(sampleOf),
      button: pressed?.button ?? 'left',
      isCoarse: event.pointerType === 'touch',
      modifiers: { ...modifiersOf(event), space: context.isSpaceDown() },
    };
  };

  const on = <Type extends keyof HTMLElementEventMap>(
    type: Type,
    listener: (event: HTMLElementEventMap[Type]) => void,
    options?: AddEventListenerOptions,
  ): void => {
    element.addEventListener(type, listener, options);
    owned.add(() => element.removeEventListener(type, listener, options));
  };

  on('pointerdown', (event) => {
    if (event.pointerType === 'touch' && fingers.down(event.pointerId, place(event))) {
      element.setPointerCapture(event.pointerId);
      // What the first finger began was not meant.
      if (pressed) {
        pressed = null;
        events.onCancel();
      }
      events.onPinchBegin();
    }
    if (pressed || fingers.arePinching) return;
    pressed = { id: event.pointerId, button: (['left', 'middle', 'right'] as const)[event.button] ?? 'left' };
    element.setPointerCapture(event.pointerId);
    leaveField(element);
    events.onPointer(inputOf(event, 'press'));
  });
  // The middle button would scroll the page.
  on('mousedown', (event) => {
    if (event.button !== 0) event.preventDefault();
  });
  on('pointermove', (event) => {
    const pinch = fingers.move(event.pointerId, place(event));
    if (pinch) events.onPinch(pinch);
    if (fingers.arePinching) return;
    if (pressed && event.pointerId !== pressed.id) return;
    events.onPointer(inputOf(event, pressed ? 'drag' : 'hover'));
  });
  on('pointerup', (event) => {
    fingers.up(event.pointerId);
    if (event.pointerId !== pressed?.id) return;
    const input = inputOf(event, 'release');
    pressed = null;
    events.onPointer(input);
  });
  on('pointercancel', (event) => {
    fingers.up(event.pointerId);
    if (event.pointerId !== pressed?.id) return;
    pressed = null;
    events.onCancel();
  });
  on('pointerleave', () => {
    if (!pressed) events.onLeave();
  });
  on('contextmenu', (event) => event.preventDefault());
  on(
    'wheel',
    (event) => {
      event.preventDefault();
      events.onWheel(wheelAction(event), place(event));
    },
    { passive: false },
  );
  return () => owned.dispose();
}

/** A number that was typed holds before the press that follows it, and keys go to the canvas from then on. */
function leaveField(element: HTMLElement): void {
  const { activeElement } = element.ownerDocument;
  if (activeElement instanceof HTMLElement && activeElement !== element) activeElement.blur();
}

export function modifiersOf(event: {
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}): Modifiers {
  return { ...noModifiers, shift: event.shiftKey, alt: event.altKey, mod: event.ctrlKey || event.metaKey };
}
