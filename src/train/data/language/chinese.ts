import type { Rng } from '../random.ts';
import type { PlaceId } from '../scene/arrange.ts';
import type { RelationId } from '../scene/facts.ts';
import type { Background, LandscapeId } from '../scene/scene.ts';
import type { ColorId, NamedColor, Shade } from '../vocabulary/colors.ts';
import { idleAdjectives, idleEndings } from '../vocabulary/idle-words.ts';
import { type Category, objectById } from '../vocabulary/objects.ts';
import { type StyleId, styles } from '../vocabulary/styles.ts';
import { chineseInstructions } from './chinese-instructions.ts';
import {
  type CaptionContent,
  type Language,
  type Mention,
  type Questions,
  type Reference,
  fillSlots,
  plainWording,
} from './language.ts';

/** Before a measure word: two is 两 there. */
const numbers = ['零', '一', '两', '三', '四', '五', '六'] as const;

/** How often a word that nothing shows, or another name, takes part. */
const idleChance = 0.12;
const synonymChance = 0.12;

function thing(rng: Rng, { object, count, color, size }: Mention): string {
  const { measure } = objectById(object).chinese;
  const number = count > 1 && rng.chance(0.1) ? String(count) : (numbers[count] ?? String(count));
  return [
    number,
    measure,
    rng.chance(idleChance) ? rng.pick(idleAdjectives.zh) : '',
    size ? rng.pick(sizes[size]) : '',
    color ? colorAdjective(rng, color) : '',
    nameOf(rng, object),
  ].join('');
}

function theThing(rng: Rng, { object, color, place }: Reference): string {
  return `${place ? `${placeWords(rng, place)}的` : ''}${color ? colorAdjective(rng, color) : ''}${nameOf(rng, object)}`;
}

function nameOf(rng: Rng, object: string): string {
  const { noun, also } = objectById(object).chinese;
  return also.length > 0 && rng.chance(synonymChance) ? rng.pick(also) : noun;
}

/** 红色的苹果 and 红色苹果 are both good. */
function colorAdjective(rng: Rng, color: ColorId): string {
  return `${colorWord(rng, color)}${rng.pick(['的', ''])}`;
}

function colorWord(_: Rng, color: ColorId, shade: Shade = 'plain'): string {
  return `${shadeNames[shade]}${colorNames[color]}色`;
}

function groundColor(rng: Rng, { color, shade }: NamedColor): string {
  return colorWord(rng, color, shade);
}

function ground(rng: Rng, background: Background): string {
  if (isLandscape(background)) return rng.pick(landscapes[background.kind].nouns);
  const color = groundColor(rng, background.color);
  if (background.kind === 'plain') return `${rng.pick(['', '纯'])}${color}${rng.pick(['背景', '的背景'])}`;
  const accent = groundColor(rng, background.accent);
  switch (background.kind) {
    case 'stripes':
      return rng.pick([`${color}和${accent}的条纹背景`, `${color}和${accent}相间的条纹背景`]);
    case 'dots':
      return rng.pick([`带${accent}圆点的${color}背景`, `有${accent}圆点的${color}背景`]);
    case 'checks':
      return rng.pick([`${color}和${accent}的格子背景`, `${color}和${accent}相间的方格背景`]);
    case 'gradient':
      return rng.pick([`从${color}到${accent}的渐变背景`, `${color}到${accent}渐变的背景`]);
  }
}

/** Where a scene plays: 蓝色背景上, 草地上. */
function onGround(rng: Rng, background: Background): string {
  return isLandscape(background) ? rng.pick(landscapes[background.kind].settings) : `${ground(rng, background)}上`;
}

function placeWords(rng: Rng, place: PlaceId): string {
  return rng.pick(placeNames[place]);
}

function caption(rng: Rng, content: CaptionContent): string {
  const { mentions, relation, place, background, style, label, embedded } = content;
  const things = mentions.map((mention) => thing(rng, mention));
  const core =
    relation && things.length === 2 ? related(rng, things[0]!, relation, things[1]!) : { told: chinese.list(things) };
  const sentence = background ? withGround(rng, core, background, place) : placed(rng, core, place);
  const written =
    label &&
    fillSlots(rng.pick(label.place ? placedLabels : labels), {
      text: `“${label.text}”`,
      color: label.color ? `${colorWord(rng, label.color)}的` : '',
      place: label.place === 'top' ? rng.pick(['上方', '顶部']) : rng.pick(['下方', '底部']),
    });
  const scene = [sentence, written].filter(Boolean).join('，');
  const told = style
    ? styled(rng, scene, style)
    : embedded || rng.chance(0.55)
      ? scene
      : `${rng.pick(openings)}${scene}`;
  const ended = !embedded && rng.chance(0.05) ? `${told}，${rng.pick(idleEndings.zh)}` : told;
  return !embedded && rng.chance(0.3) ? `${ended}。` : ended;
}

/** What a caption is about: things in a row, or a statement about two of them. */
interface Core {
  readonly told: string;
  /** A whole sentence already, so nothing may be said to "have" it. */
  readonly statement?: true;
}

function related(rng: Rng, first: string, relation: RelationId, second: string): Core {
  return { told: `${first}在${second}的${rng.pick(relationNames[relation])}`, statement: true };
}

function placed(rng: Rng, { told }: Core, place: PlaceId | undefined): string {
  if (!place) return told;
  const where = placeWords(rng, place);
  return rng.pick([`${told}在${where}`, `${where}有${told}`, `画面${where}有${told}`]);
}

function withGround(rng: Rng, core: Core, background: Background, place: PlaceId | undefined): string {
  const after = () => `${placed(rng, core, place)}，${ground(rng, background)}`;
  const before = () => `${onGround(rng, background)}，${placed(rng, core, place)}`;
  if (core.statement || place) return rng.pick([after, before])();
  const having = () => `${onGround(rng, background)}有${core.told}`;
  const of = () => `${onGround(rng, background)}的${core.told}`;
  return rng.pick([having, after, of])();
}

function styled(rng: Rng, scene: string, style: StyleId): string {
  const { wordZh, name } = styles[style];
  return rng.pick([
    `${scene}，${wordZh}风格`,
    `${wordZh}风格的插画：${scene}`,
    `${wordZh}风格：${scene}`,
    `${scene}，${name}风格`,
  ]);
}

const questions: Questions = {
  describe: (rng) =>
    rng.pick([
      '描述这张图片。',
      '描述一下这张图。',
      '请描述图片内容。',
      '图片里画了什么？',
      '给这张图写一句说明。',
      '请详细描述这张图片。',
      '你看到了什么？',
    ]),
  describeAnswer: (content) => `${caption(plainWording, { ...content, embedded: true })}。`,
  translate: (rng) => rng.pick(['翻译成中文：', '用中文说：', '中文：', 'Translate into Chinese: ']),
  whatIsThere: (rng) =>
    rng.pick(['图里有什么？', '这是什么？', '图片里有什么东西？', '画面中有什么？', '你能看到什么？']),
  whatIsThereAnswer: (mentions) => `${chinese.list(mentions.map((mention) => thing(plainWording, mention)))}。`,
  whatIsAt: (rng, place) =>
    rng.pick([
      `${placeWords(rng, place)}是什么？`,
      `${placeWords(rng, place)}有什么？`,
      `画面${placeWords(rng, place)}是什么？`,
    ]),
  whatIsBeside: (rng, relation, reference) =>
    `${theThing(plainWording, reference)}${rng.pick(relationNames[relation])}${rng.pick(['是什么？', '有什么？'])}`,
  thingAnswer: (mention) => `${thing(plainWording, mention)}。`,
  howMany: (rng, object) => {
    const { noun, measure } = objectById(object).chinese;
    return rng.pick([
      `图里有几${measure}${noun}？`,
      `有多少${measure}${noun}？`,
      `一共有几${measure}${noun}？`,
      `数一数有几${measure}${noun}。`,
    ]);
  },
  howManyAnswer: (object, count) =>
    count === 0 ? `没有${objectById(object).chinese.noun}。` : `有${thing(plainWording, { object, count })}。`,
  countWord: (count) => (count === 0 ? '没有' : (numbers[count] ?? String(count))),
  whatColor: (rng, reference) => {
    const subject = theThing(rng, reference);
    return rng.pick([`${subject}是什么颜色的？`, `${subject}是什么颜色？`, `${subject}的颜色是什么？`]);
  },
  whatColorAnswer: (reference, color) => `${theThing(plainWording, reference)}是${colorWord(plainWording, color)}的。`,
  where: (rng, reference) => {
    const subject = theThing(plainWording, reference);
    return rng.pick([`${subject}在哪里？`, `${subject}在哪儿？`, `${subject}在画面的什么位置？`]);
  },
  whereAnswer: (reference, place) => `${theThing(plainWording, reference)}在${placeWords(plainWording, place)}。`,
  whatText: (rng) => rng.pick(['上面写着什么？', '图里的文字是什么？', '写了什么字？', '读一下图中的文字。']),
  whatTextAnswer: (text) => (text === undefined ? '没有文字。' : `写着“${text}”。`),
  whatBackground: (rng) => rng.pick(['背景是什么？', '背景是什么样的？', '描述一下背景。', '背景里有什么？']),
  whatBackgroundAnswer: (background) => `${ground(plainWording, background)}。`,
  whatStyle: (rng) => rng.pick(['这是什么风格？', '图片是什么风格的？', '画的是哪种风格？']),
  whatStyleAnswer: (style) => `${styles[style].wordZh}风格。`,
  isThere: (rng, object) => {
    const { noun } = objectById(object).chinese;
    return rng.pick([`图里有${noun}吗？`, `有没有${noun}？`, `有${noun}吗？`, `你看到${noun}了吗？`]);
  },
  isThereCategory: (rng, category) =>
    rng.pick([`图里有${categories[category]}吗？`, `有没有${categories[category]}？`]),
  isColor: (rng, reference, color) => `${theThing(plainWording, reference)}是${colorWord(rng, color)}的吗？`,
  isBeside: (rng, first, relation, second) =>
    `${theThing(plainWording, first)}在${theThing(plainWording, second)}的${rng.pick(relationNames[relation])}吗？`,
  yesOrNo: (yes, about) => (about === 'fact' ? (yes ? '是的。' : '不是。') : yes ? '有。' : '没有。'),
};

export const chinese: Language = {
  id: 'zh',
  thing,
  theThing,
  name: nameOf,
  thisThing: (object) => `这${objectById(object).chinese.measure}${objectById(object).chinese.noun}`,
  list: (things) => (things.length < 2 ? (things[0] ?? '') : `${things.slice(0, -1).join('、')}和${things.at(-1)!}`),
  color: colorWord,
  ground,
  place: placeWords,
  beside: (rng, relation, other) => `${other}的${rng.pick(relationNames[relation])}`,
  style: (rng, style) => `${rng.pick([styles[style].wordZh, styles[style].wordZh, styles[style].name])}风格`,
  caption,
  instruct: (rng, id, slots = {}) => {
    const template = rng.pick(chineseInstructions[id]);
    const text = fillSlots(template, slots);
    const polite = rng.chance(0.08) && !template.startsWith('{') ? `请${text}` : text;
    return rng.chance(0.3) ? `${polite}。` : polite;
  },
  questions,
};

const colorNames: Readonly<Record<ColorId, string>> = {
  red: '红',
  orange: '橙',
  yellow: '黄',
  green: '绿',
  blue: '蓝',
  purple: '紫',
  pink: '粉',
  brown: '棕',
  black: '黑',
  white: '白',
  grey: '灰',
};
const shadeNames: Readonly<Record<Shade, string>> = { light: '浅', plain: '', dark: '深' };

const sizes = { big: ['很大的', '大大的', '巨大的'], small: ['很小的', '小小的'] } as const;

const openings = ['一张图片：', '画', '请画', '生成', '画一幅画：', '插画：', '照片：'] as const;

const labels = ['写着{text}', '有{color}文字{text}', '上面写着{text}'] as const;
const placedLabels = ['{place}写着{text}', '{place}有{color}文字{text}', '{place}有文字{text}'] as const;

const placeNames: Readonly<Record<PlaceId, readonly string[]>> = {
  'top left': ['左上角', '左上方'],
  top: ['上方', '顶部', '上面'],
  'top right': ['右上角', '右上方'],
  left: ['左边', '左侧'],
  centre: ['中间', '中央', '正中间'],
  right: ['右边', '右侧'],
  'bottom left': ['左下角', '左下方'],
  bottom: ['下方', '底部', '下面'],
  'bottom right': ['右下角', '右下方'],
};

const relationNames: Readonly<Record<RelationId, readonly string[]>> = {
  'left of': ['左边', '左侧', '左面'],
  'right of': ['右边', '右侧', '右面'],
  above: ['上面', '上方'],
  below: ['下面', '下方'],
  'in front of': ['前面'],
  behind: ['后面'],
};

const landscapes: Readonly<Record<LandscapeId, { nouns: readonly string[]; settings: readonly string[] }>> = {
  meadow: { nouns: ['绿色的草地', '草地', '蓝天和草地'], settings: ['绿色的草地上', '草地上', '蓝天下的草地上'] },
  beach: { nouns: ['海滩', '沙滩和大海', '海边'], settings: ['海滩上', '沙滩上', '海边'] },
  night: { nouns: ['星空', '夜空', '有星星的夜晚'], settings: ['星空下', '夜空下', '夜晚的星空下'] },
  snow: { nouns: ['雪地', '白色的雪地', '冬天的雪景'], settings: ['雪地里', '雪地上', '冬天的雪地里'] },
};

const categories: Readonly<Record<Category, string>> = {
  animal: '动物',
  food: '食物',
  vehicle: '交通工具',
  nature: '自然景物',
  thing: '日常用品',
  shape: '图形',
};

function isLandscape(background: Background): background is Extract<Background, { kind: LandscapeId }> {
  return background.kind in landscapes;
}
