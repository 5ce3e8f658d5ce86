import type { Ability } from './abilities.ts';
import type { TestResult } from './evaluate.ts';

/** The bars that the model in the box is to reach, by ability or kind. */
const bars: Readonly<Record<string, number>> = {
  'single object': 0.9,
  colors: 0.85,
  'two objects': 0.7,
  position: 0.6,
  counting: 0.6,
  'attribute binding': 0.5,
  edit: 0.7,
  question: 0.85,
};
const VAE_BAR = 30;

export interface Score {
  readonly ability: Ability;
  /** `all` for the whole ability. */
  readonly kind: string;
  readonly tests: number;
  readonly passed: number;
  /** Between which shares the true one lies in 95 of 100 cases (Wilson's interval). */
  readonly interval: readonly [low: number, high: number];
  /** Mean over the tests that have one, in dB. */
  readonly psnr: number | null;
  readonly bar: number | null;
  /** Part of the tests in which the judge passes a picture that is known to be right: what 1 would be measured as. */
  readonly judgeable: number | null;
}

/** Scores of every kind, and of each ability over all its kinds. */
export function scoresOf(results: readonly TestResult[]): Score[] {
  const abilities = [...new Set(results.map(({ ability }) => ability))];
  return abilities.flatMap((ability) => {
    const own = results.filter((result) => result.ability === ability);
    const kinds = [...new Set(own.map(({ kind }) => kind))];
    const byKind = kinds.map((kind) =>
      score(
        ability,
        kind,
        own.filter((result) => result.kind === kind),
        bars[kind] ?? null,
      ),
    );
    return kinds.length > 1 ? [...byKind, score(ability, 'all', own, bars[ability] ?? null)] : byKind;
  });
}

function score(ability: Ability, kind: string, results: readonly TestResult[], bar: number | null): Score {
  const passed = results.filter((result) => result.passed).length;
  const measured = results.flatMap(({ psnr }) => (psnr === null || !Number.isFinite(psnr) ? [] : [psnr]));
  const judged = results.flatMap(({ isJudgeable }) => isJudgeable ?? []);
  const mean = measured.reduce((sum, value) => sum + value, 0) / measured.length;
  return {
    ability,
    kind,
    tests: results.length,
    passed,
    interval: wilson(passed, results.length),
    psnr: measured.length > 0 ? mean : null,
    bar: ability === 'vae' ? VAE_BAR : bar,
    judgeable: judged.length > 0 ? judged.filter(Boolean).length / judged.length : null,
  };
}

/** Also right for few tests, and where all or none pass. */
function wilson(passed: number, tests: number): [low: number, high: number] {
  const z = 1.96;
  const share = passed / tests;
  const centre = share + z ** 2 / (2 * tests);
  const reach = z * Math.sqrt((share * (1 - share)) / tests + z ** 2 / (4 * tests ** 2));
  const scale = 1 + z ** 2 / tests;
  return [Math.max(0, (centre - reach) / scale), Math.min(1, (centre + reach) / scale)];
}

/** The table of the model card, in Markdown. @param judgeAccuracy part of real pictures that the judge reads without error */
export function scoreTable(scores: readonly Score[], judgeAccuracy: number): string {
  const rows = scores.map(({ ability, kind, tests, passed, interval, psnr, bar, judgeable }) => {
    const share =
      ability === 'vae' ? '' : `${(passed / tests).toFixed(2)} (${interval.map((end) => end.toFixed(2)).join('–')})`;
    const wanted = bar === null ? '' : ability === 'vae' ? `${bar} dB` : bar.toFixed(2);
    return `| ${ability} | ${kind} | ${tests} | ${share} | ${psnr === null ? '' : `${psnr.toFixed(1)} dB`} | ${wanted} | ${judgeable === null ? '' : judgeable.toFixed(2)} |`;
  });
  return [
    '| ability | kind | tests | passed | kept | bar | real pictures |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
    `Judged by a detector trained apart. "real pictures" is the part of pictures known to be right that it passes in the same tests; of all kinds of scenes, however crowded, it reads ${(100 * judgeAccuracy).toFixed(1)} % without any error.`,
    '',
  ].join('\n');
}
