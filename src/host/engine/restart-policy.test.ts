import { describe, expect, it } from 'vitest';

import { RestartPolicy } from './restart-policy.ts';

const limits = { maxCrashes: 3, windowMs: 60_000, backoffMs: 250 };

/** What the policy says to crashes at these seconds. */
function decisions(...secondsOfCrashes: readonly number[]) {
  const policy = new RestartPolicy(limits);
  return secondsOfCrashes.map((second) => {
    const decision = policy.crashed(second * 1000);
    return decision.kind === 'give-up'
      ? 'give up'
      : `${decision.safeMode ? 'safe' : 'normal'} after ${decision.delayMs}`;
  });
}

describe('restarting', () => {
  it('waits longer each time, then goes to safe mode, then gives up', () => {
    expect(decisions(0, 1, 2, 3, 4, 5)).toEqual([
      'normal after 250',
      'normal after 500',
      'safe after 1000',
      'safe after 250',
      'safe after 500',
      'give up',
    ]);
  });

  it('forgets crashes after a while', () => {
    expect(decisions(0, 30, 61, 200, 201)).toEqual([
      'normal after 250',
      'normal after 500',
      'normal after 500',
      'normal after 250',
      'normal after 500',
    ]);
  });
});
