import { toAppError, type AppError } from '#base/app-error';
import type { DocumentId } from '#shared/document/ids';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** A short word that goes by itself. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action: ToastAction | null;
}

export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
  /** What it changes: over another document it would act out of sight, so it is offered over this one only. */
  readonly document?: DocumentId;
}

/** What went wrong, and with what: the name of a file, where it was one of several. */
export interface Fault {
  readonly error: AppError;
  readonly about: string | null;
}

export interface NoticesState {
  readonly toasts: readonly Toast[];
  /** The fault that the strip shows; a newer one takes its place. */
  readonly fault: Fault | null;
}

export interface Notices {
  readonly store: StoreApi<NoticesState>;
  /** @returns what `dismiss` knows it by */
  readonly say: (text: string, action?: Toast['action']) => number;
  readonly fault: (error: unknown, about?: string) => void;
  /** Does nothing where it has gone already. */
  readonly dismiss: (toast: number) => void;
  /** Lets no toast go while somebody is at one; after that each has all its time again. */
  readonly hold: (isHeld: boolean) => void;
  readonly dismissFault: () => void;
}

const toastMs = 6000;

/** What is said while a document is in front. */
export function toastsOver(toasts: readonly Toast[], document: DocumentId | null): readonly Toast[] {
  return toasts.filter(({ action }) => action?.document === undefined || action.document === document);
}

export const isShown = ({ toasts }: NoticesState, toast: number): boolean => toasts.some(({ id }) => id === toast);

export function createNotices(): Notices {
  const store = createStore<NoticesState>(() => ({ toasts: [], fault: null }));
  let next = 1;
  let isHeld = false;
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  const remove = (toast: number): void => {
    clearTimeout(timers.get(toast));
    timers.delete(toast);
    store.setState(({ toasts }) => ({ toasts: toasts.filter(({ id }) => id !== toast) }));
  };
  const letGoLater = (toast: number): void => {
    clearTimeout(timers.get(toast));
    if (!isHeld)
      timers.set(
        toast,
        setTimeout(() => remove(toast), toastMs),
      );
  };
  const hold = (wanted: boolean): void => {
    isHeld = wanted;
    for (const { id } of store.getState().toasts) letGoLater(id);
  };
  return {
    store,
    say: (text, action = null) => {
      const id = next++;
      // Said again, it takes the place of the first time; a way back is each its own.
      const again = store.getState().toasts.find((toast) => !action && !toast.action && toast.text === text);
      if (again) remove(again.id);
      store.setState(({ toasts }) => ({ toasts: [...toasts.slice(-2), { id, text, action }] }));
      letGoLater(id);
      return id;
    },
    fault: (thrown, about) => {
      const error = toAppError(thrown);
      if (error.code !== 'cancelled') store.setState({ fault: { error, about: about ?? null } });
    },
    // What had the pointer or the focus is gone with it.
    dismiss: (toast) => {
      if (!isShown(store.getState(), toast)) return;
      remove(toast);
      hold(false);
    },
    hold,
    dismissFault: () => store.setState({ fault: null }),
  };
}
