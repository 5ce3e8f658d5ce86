import { toAppError, type AppError } from '#base/app-error';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** A short word that goes by itself. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action: { readonly label: string; readonly run: () => void } | null;
}

export interface NoticesState {
  readonly toasts: readonly Toast[];
  /** The fault that the strip shows; a newer one takes its place. */
  readonly fault: AppError | null;
}

export interface Notices {
  readonly store: StoreApi<NoticesState>;
  readonly say: (text: string, action?: Toast['action']) => void;
  readonly fault: (error: unknown) => void;
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
    fault: (thrown) => {
      const error = toAppError(thrown);
      if (error.code !== 'cancelled') store.setState({ fault: error });
    },
    dismiss,
    dismissFault: () => store.setState({ fault: null }),
  };
}
