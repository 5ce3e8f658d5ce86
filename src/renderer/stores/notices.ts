import { toAppError, type AppError } from '#base/app-error';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** A short word that goes by itself. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action: { readonly label: string; readonly run: () => void } | null;
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
  readonly say: (text: string, action?: Toast['action']) => void;
  readonly fault: (error: unknown, about?: string) => void;
  readonly dismiss: (toast: number) => void;
  readonly dismissFault: () => void;
}

const toastMs = 6000;

export function createNotices(): Notices {
  const store = createStore<NoticesState>(() => ({ toasts: [], fault: null }));
  let next = 1;
  const dismiss = (toast: number): void =>
    store.setState(({ toasts }) => ({ toasts: toasts.filter(({ id }) => id !== toast) }));
  return {
    store,
    say: (text, action = null) => {
      const id = next++;
      store.setState(({ toasts }) => ({ toasts: [...toasts.slice(-2), { id, text, action }] }));
      setTimeout(() => dismiss(id), toastMs);
    },
    fault: (thrown, about) => {
      const error = toAppError(thrown);
      if (error.code !== 'cancelled') store.setState({ fault: { error, about: about ?? null } });
    },
    dismiss,
    dismissFault: () => store.setState({ fault: null }),
  };
}
