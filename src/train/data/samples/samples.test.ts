import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawEdit } from '../batches/batch.ts';
import { createRng } from '../random.ts';
import { curricula } from '../scene/curriculum.ts';
import { groupsOf } from '../scene/facts.ts';
import { renderScene } from '../scene/render-scene.ts';
import { openSprites } from '../sprites/sprite-cache.ts';
import type { SpriteSheet } from '../sprites/sprite-sheet.ts';
import { planSample } from './plan-sample.ts';
import { type EditKind, type EditPlan, type UnderstandingPlan, sampleKinds } from './sample-plan.ts';

let sheet: SpriteSheet;
beforeAll(async () => {
  sheet = await openSprites(resolve('.cache/train'));
}, 120_000);

const edits = (kind: EditKind, count: number) =>
  Array.from({ length: count }, (_, index) =>
    planSample(createRng(31, kind, index), { kind, curriculum: curricula.scenes, split: 'training', chineseShare: 0 }),
  ) as EditPlan[];

const objectsIn = ({ sprites }: { sprites: readonly { object: string }[] }) =>
  sprites.map(({ object }) => object).toSorted();

describe('every kind of sample', () => {
  it('can be drawn from every curriculum, in both languages, and is the same each time', { timeout: 30_000 }, () => {
    for (const kind of sampleKinds) {
      for (const id of ['placed', 'scenes'] as const) {
        for (const chineseShare of [0, 1]) {
          const request = { kind, curriculum: curricula[id], split: 'training', chineseShare } as const;
          const plan = planSample(createRng(32, kind), request);
          expect(plan).toMatchObject({ kind, language: chineseShare ? 'zh' : 'en' });
          expect(planSample(createRng(32, kind), request)).toEqual(plan);
        }
      }
    }
  });

  it('speaks the language it was asked for', () => {
    const words = (chineseShare: number) =>
      sampleKinds
        .filter((kind) => kind !== 'translating' && kind !== 'inpaint' && kind !== 'outpaint')
        .map((kind) => {
          const plan = planSample(createRng(33, kind), {
            kind,
            curriculum: curricula.placed,
            split: 'training',
            chineseShare,
          });
          if ('turns' in plan) return plan.turns.map(({ question, answer }) => question + answer).join(' ');
          return plan.family === 'edit' ? plan.instruction : plan.prompt;
        });
    expect(words(0).filter((text) => /\p{Script=Han}/u.test(text))).toEqual([]);
    expect(words(1).filter((text) => !/\p{Script=Han}/u.test(text))).toEqual([]);
  });

  it('names what it is about, never a slot', () => {
    const texts = sampleKinds.flatMap((kind) =>
      Array.from({ length: 20 }, (_, index) =>
        JSON.stringify(
          planSample(createRng(34, kind, index), { kind, curriculum: curricula.scenes, split: 'training' }),
        ),
      ),
    );
    expect(texts.filter((text) => /\{[a-z]+\}|undefined|NaN| {2}/.test(text))).toEqual([]);
  });
});

describe('edit pairs', () => {
  it('differ in what the words say, and in nothing else', () => {
    for (const { source, target } of edits('add', 30)) {
      expect(objectsIn(target)).toHaveLength(objectsIn(source.scene).length + 1);
      expect(target.sprites).toEqual(expect.arrayContaining(source.scene.sprites as unknown[]));
    }
    for (const { source, target } of edits('remove', 30)) {
      expect(target.sprites.length).toBeLessThan(source.scene.sprites.length);
      expect(source.scene.sprites).toEqual(expect.arrayContaining(target.sprites as unknown[]));
    }
    for (const { source, target, instruction } of edits('recolor', 30)) {
      expect(objectsIn(target)).toEqual(objectsIn(source.scene));
      const color = target.sprites.find((sprite, index) => sprite !== source.scene.sprites[index])!.paint!.color;
      expect(instruction.replace('gray', 'grey')).toContain(color);
    }
    for (const { source, target } of edits('background', 30)) {
      expect({ ...target, background: null }).toEqual({ ...source.scene, background: null });
      expect(target.background).not.toEqual(source.scene.background);
    }
    for (const { source, target } of edits('style', 30)) {
      expect({ ...target, style: null }).toEqual({ ...source.scene, style: null });
      expect(target.style).not.toBe(source.scene.style);
    }
    for (const { source, target } of edits('subject-reference', 30)) {
      const [subject] = groupsOf(source.scene);
      expect(source.scene.sprites).toHaveLength(1);
      const again = groupsOf(target).find(({ look }) => look.object === subject!.look.object);
      expect(again?.look.paint?.color).toBe(subject!.look.paint?.color);
      expect(target.style).toBe(source.scene.style);
    }
  });

  it('are equal, byte for byte, outside the edited sprites', () => {
    for (const kind of ['add', 'remove', 'replace', 'recolor', 'move', 'resize', 'text'] as const) {
      const changed = edits(kind, 12).map((plan) => {
        const { mask } = drawEdit(plan, sheet, 64);
        return mask.data.filter((value) => value > 0).length / mask.data.length;
      });
      // Most pixels are ground, which no edit of one thing touches.
      expect(changed.reduce((sum, part) => sum + part, 0) / changed.length).toBeLessThan(0.45);
    }
  });

  it('are equal outside the hole, up to its soft edge', () => {
    for (const plan of edits('inpaint', 40)) {
      if (plan.source.kind !== 'holed') throw new Error('expected a hole');
      const { source, mask } = drawEdit(plan, sheet, 64);
      const clean = renderScene(plan.source.scene, sheet, 64);
      const soft = plan.source.intent === 'replace' || plan.source.intent === 'background' ? 0 : 10;
      const near = (at: number) => {
        const [x, y] = [at % 64, Math.floor(at / 64)];
        for (let dy = -soft; dy <= soft; dy++) {
          for (let dx = -soft; dx <= soft; dx++) {
            const inside = x + dx >= 0 && x + dx < 64 && y + dy >= 0 && y + dy < 64;
            if (inside && mask.data[(y + dy) * 64 + x + dx]! > 0) return true;
          }
        }
        return false;
      };
      const strayed = mask.data.findIndex((_, at) => source.data[at * 3] !== clean.data[at * 3] && !near(at));
      expect(strayed).toBe(-1);
    }
  });

  it('degrade what they ask to mend', () => {
    const distance = (kind: EditKind) => {
      const [plan] = edits(kind, 1);
      const { source, target } = drawEdit(plan!, sheet, 64);
      return Math.sqrt(
        source.data.reduce((sum, value, at) => sum + (value - target.data[at]!) ** 2, 0) / source.data.length,
      );
    };
    for (const kind of ['denoise', 'deblur', 'colorize'] as const) expect(distance(kind)).toBeGreaterThan(4);
    const [grey] = edits('colorize', 1);
    const { source } = drawEdit(grey!, sheet, 64);
    expect(source.data.every((value, at) => value === source.data[at - (at % 3)])).toBe(true);
    const [canny] = edits('canny', 1);
    const edges = drawEdit(canny!, sheet, 64).source;
    expect(new Set(edges.data).has(255)).toBe(true);
  });
});

describe('questions', () => {
  const ask = (kind: 'how-many' | 'yes-no' | 'what-text', count: number) =>
    Array.from({ length: count }, (_, index) =>
      planSample(createRng(35, kind, index), {
        kind,
        curriculum: curricula.scenes,
        split: 'training',
        chineseShare: 0,
      }),
    ) as UnderstandingPlan[];

  it('have answers that hold their keywords', () => {
    for (const kind of sampleKinds) {
      const plan = planSample(createRng(36, kind), { kind, curriculum: curricula.scenes, split: 'training' });
      if (plan.family !== 'understanding') continue;
      for (const { answer, keywords } of plan.turns) {
        expect(keywords.filter((keyword) => !answer.toLowerCase().includes(keyword.toLowerCase()))).toEqual([]);
      }
    }
  });

  it('count right', () => {
    for (const { picture, turns } of ask('how-many', 60)) {
      const word = turns[0]!.keywords[0]!;
      const count = ['no', 'one', 'two', 'three', 'four'].indexOf(word);
      const numbers = objectsIn(picture).map(
        (object) => picture.sprites.filter((sprite) => sprite.object === object).length,
      );
      expect([0, ...numbers]).toContain(count);
    }
  });

  it('are answered by yes as often as by no', () => {
    const answers = ask('yes-no', 400).map(({ turns }) => turns[0]!.answer);
    const yes = answers.filter((answer) => answer === 'Yes.').length / answers.length;
    expect(yes).toBeGreaterThan(0.4);
    expect(yes).toBeLessThan(0.6);
  });

  it('read what is written', () => {
    for (const { picture, turns } of ask('what-text', 30)) {
      expect(turns[0]!.answer).toBe(picture.label ? `It says "${picture.label.text}".` : 'There is no text.');
    }
  });
});
