import { describe, expect, it } from 'vitest';
import { createRng } from '../random.ts';
import { curricula } from '../scene/curriculum.ts';
import { type RelationId, groupsOf, relationOf } from '../scene/facts.ts';
import { sampleScene } from '../scene/sample-scene.ts';
import type { Scene } from '../scene/scene.ts';
import { colorIds } from '../vocabulary/colors.ts';
import { type ObjectEntry, objects, regularPlural } from '../vocabulary/objects.ts';
import { chinese } from './chinese.ts';
import { fullContent, sampleContent } from './describe.ts';
import { english } from './english.ts';

/** What a reader who knows the words, but not how captions are made, takes from one. */
interface Read {
  readonly things: readonly { readonly object: string; readonly count: number; readonly color?: string }[];
  readonly relation?: RelationId;
  readonly text?: string;
  readonly style?: string;
}

const styleOfWord = new Map([
  ['soft', 'noto'],
  ['noto', 'noto'],
  ['柔和', 'noto'],
  ['flat', 'twemoji'],
  ['twemoji', 'twemoji'],
  ['扁平', 'twemoji'],
  ['bold', 'fluent'],
  ['fluent', 'fluent'],
  ['明快', 'fluent'],
]);

/** Names of objects, the longest first, so that a "fire truck" is neither a fire nor a truck. */
function namesBy(namesOf: (entry: ObjectEntry) => readonly string[]): {
  pattern: string;
  objectOf: Map<string, string>;
} {
  const names = objects.flatMap((entry) => namesOf(entry).map((name) => [name.toLowerCase(), entry.id] as const));
  const sorted = names.toSorted(([a], [b]) => b.length - a.length);
  return { pattern: sorted.map(([name]) => name).join('|'), objectOf: new Map(sorted) };
}

const englishNames = namesBy(({ english: { one, many, also } }) => [one, many, ...also, ...also.map(regularPlural)]);
const chineseNames = namesBy(({ chinese: { noun, also } }) => [noun, ...also]);

function readEnglish(caption: string): Read {
  const text = /"([^"]+)"/.exec(caption)?.[1];
  const told = caption.replaceAll(/"[^"]+"/g, '').toLowerCase();
  const style = /(soft|flat|bold|noto|twemoji|fluent)(?= style| illustration| drawing)/.exec(told)?.[1];
  // Grounds have colours, and stars, of their own.
  const scene = told
    .replaceAll(
      /(under|at|on|in|by) (the )?(a )?(starry night sky|night|stars|beach|sea|snow|grass under a blue sky|meadow|green meadow|green hill|snowy field|winter landscape)\b/g,
      ' |',
    )
    .replaceAll(/(on|with|against) an? [^|,]*?(background|stripes|dots)( with [^|,]*?(dots|stripes))?/g, ' |')
    .replaceAll(/on a gradient from [a-z ]+ to (light |dark )?[a-z]+/g, ' |')
    .replaceAll(/(with|that says)( the)?[^|]*?(text|word|written)?( at the (top|bottom)| on it)?$/g, '');
  const colors = [...colorIds, 'gray'].join('|');
  const found = [...scene.matchAll(new RegExp(`\\b(?:(${colors}) )?(${englishNames.pattern})\\b`, 'g'))];
  let before = 0;
  const things = found.map((match) => {
    const lead = scene.slice(before, match.index);
    before = match.index + match[0].length;
    const number = /.*\b(two|three|four|[2-4])\b/.exec(lead)?.[1];
    const color = match[1]?.replace('gray', 'grey');
    const count = number ? ({ two: 2, three: 3, four: 4 }[number] ?? Number(number)) : 1;
    return { object: englishNames.objectOf.get(match[2]!)!, count, ...(color && { color }) };
  });
  const relation = things.length === 2 ? relationIn(scene.slice(found[0]!.index, found[1]!.index)) : undefined;
  return {
    things,
    ...(relation && { relation }),
    ...(text && { text }),
    ...(style && { style: styleOfWord.get(style)! }),
  };
}

function relationIn(between: string): RelationId | undefined {
  if (/\bleft of\b/.test(between)) return 'left of';
  if (/\bright of\b/.test(between)) return 'right of';
  if (/\b(above|over)\b/.test(between)) return 'above';
  if (/\b(below|under|beneath)\b/.test(between)) return 'below';
  if (between.includes('in front of')) return 'in front of';
  return between.includes('behind') ? 'behind' : undefined;
}

function readChinese(caption: string): Read {
  const text = /“([^”]+)”/.exec(caption)?.[1];
  const told = caption.replaceAll(/“[^”]+”/g, '').toLowerCase();
  const style = /(柔和|扁平|明快|noto|twemoji|fluent)(?=风格)/.exec(told)?.[1];
  const measures = [...new Set(objects.map(({ chinese: { measure } }) => measure))].join('');
  const pattern = new RegExp(`([一两三四]|[2-4])[${measures}]([^，：、]*?)(${chineseNames.pattern})`, 'g');
  const things = [...told.matchAll(pattern)].map(([, number, adjectives, name]) => {
    const short = /(红|橙|黄|绿|蓝|紫|粉|棕|黑|白|灰)色/.exec(adjectives!)?.[1];
    const color = short && colorIds['红橙黄绿蓝紫粉棕黑白灰'.indexOf(short)];
    const count = '一两三四'.includes(number!) ? '一两三四'.indexOf(number!) + 1 : Number(number);
    return { object: chineseNames.objectOf.get(name!)!, count, ...(color && { color }) };
  });
  const where = /在[^，]*的([左右上下前后])[边侧面方]/.exec(told)?.[1];
  const relation =
    where &&
    ({ 左: 'left of', 右: 'right of', 上: 'above', 下: 'below', 前: 'in front of', 后: 'behind' } as const)[where];
  return {
    things,
    ...(relation && things.length === 2 && { relation }),
    ...(text && { text }),
    ...(style && { style: styleOfWord.get(style)! }),
  };
}

/** Everything that was read must be so, and whatever cannot be guessed must have been read. */
function faults(scene: Scene, read: Read): string[] {
  const found: string[] = [];
  const groups = groupsOf(scene);
  if (read.things.length !== groups.length) found.push(`${read.things.length} things instead of ${groups.length}`);
  for (const { look, color, indices } of groups) {
    const thing = read.things.find((other) => other.object === look.object);
    if (!thing) found.push(`no ${look.object}`);
    else if (thing.count !== indices.length) found.push(`${thing.count} × ${look.object}`);
    else if (look.paint && thing.color !== look.paint.color)
      found.push(`${thing.color} instead of ${look.paint.color}`);
    else if (thing.color && thing.color !== color) found.push(`a ${thing.color} ${look.object}`);
  }
  if (read.relation) {
    const [first, second] = read.things.map(({ object }) =>
      scene.sprites.findIndex((sprite) => sprite.object === object),
    );
    if (found.length === 0 && relationOf(scene, first!, second!) !== read.relation) found.push(`not ${read.relation}`);
  }
  if (read.text !== scene.label?.text) found.push(`says ${read.text}`);
  if (read.style && read.style !== scene.style) found.push(`in ${read.style}`);
  return found;
}

const scenes = Array.from({ length: 1500 }, (_, index) => sampleScene(createRng(21, index), curricula.scenes));

describe.each([
  ['English', english, readEnglish],
  ['Chinese', chinese, readChinese],
] as const)('captions in %s', (_, language, read) => {
  it('can be read back, and are true', () => {
    const wrong = scenes.flatMap((scene, index) => {
      const rng = createRng(22, language.id, index);
      const caption = language.caption(rng, sampleContent(rng, scene));
      const found = faults(scene, read(caption));
      return found.length > 0 ? [`${caption} → ${found.join(', ')}`] : [];
    });
    expect(wrong).toEqual([]);
  });

  it('tell everything when they are the answer to a question', () => {
    const missing = scenes.slice(0, 400).flatMap((scene) => {
      const answer = language.questions.describeAnswer(fullContent(scene));
      const { style, relation } = read(answer);
      const pair = groupsOf(scene).length === 2 && scene.sprites.length === 2 && relationOf(scene, 0, 1) !== null;
      const complete =
        style === scene.style && (!pair || relation !== undefined) && faults(scene, read(answer)).length === 0;
      return complete ? [] : [answer];
    });
    expect(missing).toEqual([]);
  });

  it('vary', () => {
    const rng = createRng(23);
    const captions = Array.from({ length: 60 }, () => language.caption(rng, sampleContent(rng, scenes[3]!)));
    expect(new Set(captions).size).toBeGreaterThan(30);
  });
});

describe('phrases', () => {
  it('put articles, plurals and measure words where they belong', () => {
    const plain = createRng(1);
    const thing = (object: string, count: number) =>
      english.thing({ ...plain, chance: () => false }, { object, count, color: 'orange' });
    expect(thing('unicorn', 1)).toBe('an orange unicorn');
    expect(thing('pizza', 2)).toBe('two slices of orange pizza');
    expect(thing('scissors', 1)).toBe('a pair of orange scissors');
    expect(thing('snowman', 3)).toBe('three orange snowmen');
    expect(thing('fish', 2)).toBe('two orange fish');
    expect(english.questions.howManyAnswer('unicorn', 1)).toBe('There is one unicorn.');
    expect(english.questions.howManyAnswer('cherries', 2)).toBe('There are two pairs of cherries.');
    expect(english.questions.thingAnswer({ object: 'unicorn', count: 1 })).toBe('A unicorn.');
    expect(english.questions.thingAnswer({ object: 'umbrella', count: 1 })).toBe('An umbrella.');
    expect(chinese.questions.howManyAnswer('car', 2)).toBe('有两辆汽车。');
    expect(chinese.questions.howManyAnswer('car', 0)).toBe('没有汽车。');
    expect(chinese.questions.whatColorAnswer({ object: 'fish', plural: false }, 'red')).toBe('鱼是红色的。');
  });
});
