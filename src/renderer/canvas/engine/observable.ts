import type { Dispose } from '#base/disposable';

/** A value that can be watched; what React's `useSyncExternalStore` takes. */
export interface Observable<Value> {
  get(): Value;
  subscribe(listener: () => void): Dispose;
}

export interface MutableObservable<Value> extends Observable<Value> {
  /** Tells the listeners, unless it is the value it was. */
  set(value: Value): void;
}

export function createObservable<Value>(initial: Value): MutableObservable<Value> {
  let current = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set: (value) => {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
