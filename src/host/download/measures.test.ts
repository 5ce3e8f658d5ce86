import { describe, expect, it } from 'vitest';

import { parseContentRange, parseRetryAfterMs, strongEtag } from './http-headers.ts';
import { retryDelayMs } from './retry-policy.ts';
import { Throughput } from './throughput.ts';

describe('throughput', () => {
  it('is not told before a second has passed, then follows the last ten', () => {
    const throughput = new Throughput();
    for (let ms = 0; ms <= 900; ms += 100) throughput.add(100, ms);
    expect(throughput.bytesPerSecond(900)).toBeUndefined();
    expect(throughput.bytesPerSecond(1000)).toBeCloseTo(1000, -2);
    for (let ms = 1000; ms <= 30_000; ms += 10) throughput.add(50, ms);
    expect(throughput.bytesPerSecond(30_000)).toBeCloseTo(5000, -2);
    expect(throughput.timeLeftMs(50_000, 30_000)).toBeCloseTo(10_000, -3);
  });

  it('falls to nothing when nothing arrives, and then no time left can be told', () => {
    const throughput = new Throughput();
    for (let ms = 0; ms <= 5000; ms += 100) throughput.add(1000, ms);
    expect(throughput.bytesPerSecond(20_000)).toBe(0);
    expect(throughput.timeLeftMs(1000, 20_000)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the wait before another try', () => {
  const policy = { limit: 9, firstDelayMs: 100, maxDelayMs: 1000 };

  it('doubles up to its limit, and is spread so that clients do not come back together', () => {
    const longest = [1, 2, 3, 4, 5, 6].map((failures) => retryDelayMs(failures, policy, { random: 1 }));
    expect(longest).toEqual([100, 200, 400, 800, 1000, 1000]);
    expect(retryDelayMs(3, policy, { random: 0 })).toBe(200);
  });

  it('is at least what the server asks for, unless that is absurd', () => {
    expect(retryDelayMs(1, policy, { retryAfterMs: 7000 })).toBe(7000);
    expect(retryDelayMs(1, policy, { retryAfterMs: 1e12 })).toBe(300_000);
  });
});

describe('headers', () => {
  it('are read strictly', () => {
    expect(parseContentRange('bytes 100-199/300')).toEqual({ first: 100, totalBytes: 300 });
    expect(parseContentRange('bytes 100-199/*')).toEqual({ first: 100, totalBytes: undefined });
    for (const bad of [null, 'bytes */300', 'bytes 1-2', 'lines 1-2/3', `bytes ${'9'.repeat(30)}-1/2`])
      expect(parseContentRange(bad)).toBeUndefined();
    expect(strongEtag('"abc"')).toBe('"abc"');
    for (const weak of [null, 'W/"abc"', 'abc', '"a"b"']) expect(strongEtag(weak)).toBeUndefined();
  });

  it('tell a time to wait in seconds or as a date', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(parseRetryAfterMs('120', now)).toBe(120_000);
    expect(parseRetryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000);
    expect(parseRetryAfterMs('Thu, 01 Jan 2015 00:00:30 GMT', now)).toBe(0);
    for (const bad of [null, 'soon', '-1']) expect(parseRetryAfterMs(bad, now) ?? 0).toBe(0);
  });
});
