/** @file The long form of the fault suite: `npm run torture -- --minutes N [--seed S]`. */
import { parseArgs } from 'node:util';

import { tortureByKilling, tortureByPowerCuts, type TortureReport } from '../src/testing/torture.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes);
const firstSeed = Number(values.seed ?? Date.now() % 1_000_000);
if (!(minutes > 0) || !Number.isInteger(firstSeed)) throw new Error('usage: torture [--minutes N] [--seed S]');

const stop = AbortSignal.timeout(minutes * 60_000);
const total = { operations: 0, kills: 0, losses: [] as string[] };
const add = (what: string, { operations, kills, losses }: TortureReport) => {
  total.operations += operations;
  total.kills += kills;
  total.losses.push(...losses);
  console.log(`${what}: ${operations} operations, ${kills} kills, ${losses.length} losses`);
  for (const loss of losses.slice(0, 10)) console.log(`  ${loss}`);
};

console.log(`seed ${firstSeed}, ${minutes} min`);
for (let seed = firstSeed; !stop.aborted; seed += 1000) {
  add('killed ', await tortureByKilling({ rounds: 40, seed, signal: stop }));
  if (!stop.aborted) add('power cut', await tortureByPowerCuts({ rounds: 40, seed, signal: stop }));
}
console.log(`\noperations: ${total.operations}\nkills:      ${total.kills}\nlosses:     ${total.losses.length}`);
process.exitCode = total.losses.length === 0 ? 0 : 1;
