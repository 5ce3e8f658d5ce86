import { useSyncExternalStore } from 'react';

import type { Observable } from '../canvas/engine/observable.ts';

/** A part of what the canvas tells; the component is drawn anew only when that part changes. */
export function useObservable<Value, Part>(observable: Observable<Value>, select: (value: Value) => Part): Part {
  return useSyncExternalStore(
    (listener) => observable.subscribe(listener),
    () => select(observable.get()),
  );
}
