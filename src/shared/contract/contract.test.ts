import { AppError } from '#base/app-error';
import { describe, expect, it } from 'vitest';

import { ipcPort } from './ipc-port.ts';
import { zRaster } from './raster.ts';
import { fromRpcError, fromWireError, toRpcError, toWireError, zWireError } from './wire-error.ts';

describe('errors between processes', () => {
  const full = new AppError('disk-full', 'The disk is full.', { data: { path: '/x', neededBytes: 3 } });

  it('arrive as they were sent', () => {
    expect(fromWireError(zWireError.parse(structuredClone(toWireError(full))))).toEqual(full);
    const error = toRpcError(full);
    expect(fromRpcError(error)).toEqual(full);
  });

  it('of a newer version keep their sentence under a code that we know', () => {
    const newer = { code: 'never-heard-of', message: 'Something new.', data: {} };
    expect(fromWireError(zWireError.parse(newer))).toMatchObject({ code: 'internal', message: 'Something new.' });
  });

  it('that are none become one', () => {
    expect(fromRpcError(new TypeError('x is not a function'))).toMatchObject({ code: 'internal' });
  });
});

describe('pixels between processes', () => {
  it('must fill their picture', () => {
    expect(zRaster.safeParse({ width: 2, height: 1, channels: 3, data: new Uint8Array(6) }).success).toBe(true);
    expect(zRaster.safeParse({ width: 2, height: 1, channels: 3, data: new Uint8Array(5) }).success).toBe(false);
    expect(zRaster.safeParse({ width: 2, height: 1, channels: 2, data: new Uint8Array(4) }).success).toBe(false);
    expect(zRaster.safeParse({ width: 2, height: 1, channels: 1, data: [0, 0] }).success).toBe(false);
  });
});

describe('a port', () => {
  /** What a port makes of messages: those it passes on, and how many it took for garbage. */
  function receive(...messages: readonly unknown[]) {
    let deliver: (message: unknown) => void = () => undefined;
    const passed: unknown[] = [];
    let garbage = 0;
    const port = ipcPort(
      { on: (event: string, listener: (message: unknown) => void) => event === 'message' && (deliver = listener) },
      { onGarbage: () => (garbage += 1) },
    );
    port.on('message', (event) => passed.push(event?.data));
    messages.forEach((message) => deliver(message));
    return { passed, garbage };
  }

  it('passes on what the RPC can read, also as text', () => {
    const abort = { i: '3', t: 4 };
    const answer = { i: '1', p: { b: { json: 1 } } };
    expect(receive(abort, answer, JSON.stringify(answer))).toEqual({ passed: [abort, answer, answer], garbage: 0 });
  });

  it('keeps everything else away from it', () => {
    expect(receive('', 'text', '{"i":1}', 7, null, { i: '1' }, { i: '1', p: null }, { p: {} }, [])).toEqual({
      passed: [],
      garbage: 9,
    });
  });
});
