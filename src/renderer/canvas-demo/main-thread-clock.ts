/**
 * @file Counts what the main thread does: how long listeners of workers and animation frames run. To be imported before
 * anything that adds one.
 */

/** Milliseconds the main thread has worked since the page was opened. */
export const busy = { ms: 0, frames: 0, messages: 0 };

/** Told of every part of a plate once it has been taken. */
export const onPainted = new Set<(nowMs: number) => void>();

function timed<Args extends readonly unknown[]>(run: (...args: Args) => void): (...args: Args) => void {
  return (...args) => {
    const start = performance.now();
    run(...args);
    busy.ms += performance.now() - start;
  };
}

const request = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (callback) => {
  const run = timed(callback);
  return request((now) => {
    busy.frames++;
    run(now);
  });
};

const add = Reflect.get<Worker, 'addEventListener'>(Worker.prototype, 'addEventListener');
Worker.prototype.addEventListener = function (
  this: Worker,
  type: string,
  listener: EventListenerOrEventListenerObject,
) {
  if (type !== 'message' || typeof listener !== 'function') return add.call(this, type, listener);
  const run = timed(listener);
  return add.call(this, type, (event: Event) => {
    busy.messages++;
    run(event);
    const { name } = (event as MessageEvent<{ readonly name?: string }>).data;
    if (name === 'painted') for (const tell of onPainted) tell(performance.now());
  });
};

/** Runs something on the main thread and counts it. */
export function work(run: () => void): void {
  timed(run)();
}

/** The next frame, when everything that was to be drawn in it has been. */
export const nextFrame = (): Promise<number> => new Promise((resolve) => request(() => resolve(performance.now())));

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
