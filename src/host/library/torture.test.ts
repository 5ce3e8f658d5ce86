import { describe, expect, it } from 'vitest';

import { tortureByKilling, tortureByPowerCuts } from '#testing/torture';

// The short form of `npm run torture -- --minutes N`.
describe('nothing that was acknowledged is lost', { timeout: 180_000 }, () => {
  it('when the process is killed at any moment, again and again on the same library', async () => {
    const { operations, kills, losses } = await tortureByKilling({ rounds: 10, seed: 20 });
    expect(losses).toEqual([]);
    expect(kills).toBe(10);
    expect(operations).toBeGreaterThan(50);
  });

  it('when the power goes, whatever the disk makes of what was not synced', async () => {
    const { operations, kills, losses } = await tortureByPowerCuts({ rounds: 16, seed: 7 });
    expect(losses).toEqual([]);
    expect(kills).toBe(16);
    expect(operations).toBeGreaterThan(50);
  });

  it('unless the disk lies about syncing, which shows that these tests see a loss', async () => {
    const { losses } = await tortureByPowerCuts({ rounds: 16, seed: 7, isLying: true });
    expect(losses).not.toEqual([]);
  });
});
