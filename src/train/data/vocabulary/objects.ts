import type { ColorId } from './colors.ts';

/**
 * Everything the pictures can show: 120 things that exist in all three emoji sets, look different from each other at 32
 * pixels, and have an everyday name. The order is the order of learning: a curriculum takes the first N.
 */
export interface ObjectEntry {
  readonly id: string;
  /** The character that names its picture in the emoji sets. */
  readonly emoji: string;
  readonly category: Category;
  readonly english: EnglishNoun;
  readonly chinese: ChineseNoun;
  /**
   * For things that may be drawn in any colour without becoming something else, so that "a blue apple" is a fair
   * request: the colour, about, of the part that takes the paint.
   */
  readonly paints?: ColorId;
}

export type Category = 'animal' | 'food' | 'vehicle' | 'nature' | 'thing' | 'shape';

export interface EnglishNoun {
  readonly one: string;
  readonly many: string;
  /** "slice" in "a slice of pizza"; adjectives then stand before the noun: "two slices of blue pizza". */
  readonly unit?: readonly [one: string, many: string];
  /** Other names in use, singular. */
  readonly also: readonly string[];
}

export interface ChineseNoun {
  readonly noun: string;
  /** The measure word between number and noun. */
  readonly measure: string;
  readonly also: readonly string[];
}

interface Extras {
  readonly many?: string;
  readonly unit?: readonly [string, string];
  readonly also?: readonly string[];
  readonly alsoZh?: readonly string[];
}

type Row = readonly [emoji: string, english: string, chinese: string, measure: string, paints: ColorId | '', Extras?];

const rows: Readonly<Record<Category, readonly Row[]>>[] = [
  // The first sixty: the plainest shapes and the most common words.
  {
    animal: [
      ['🐱', 'cat', '猫', '只', 'yellow', { also: ['kitty', 'kitten'], alsoZh: ['小猫', '猫咪'] }],
      ['🐶', 'dog', '狗', '只', 'brown', { also: ['puppy'], alsoZh: ['小狗'] }],
      ['🐟', 'fish', '鱼', '条', 'blue', { many: 'fish' }],
      ['🐷', 'pig', '猪', '只', 'pink', { also: ['piglet'], alsoZh: ['小猪'] }],
      ['🐸', 'frog', '青蛙', '只', 'green', { alsoZh: ['蛙'] }],
      ['🐼', 'panda', '熊猫', '只', '', { alsoZh: ['大熊猫'] }],
      ['🐻', 'bear', '熊', '只', 'brown', { alsoZh: ['小熊', '棕熊'] }],
      ['🐰', 'rabbit', '兔子', '只', '', { also: ['bunny'], alsoZh: ['小兔子'] }],
      ['🦊', 'fox', '狐狸', '只', 'orange', { many: 'foxes', alsoZh: ['小狐狸'] }],
      ['🐵', 'monkey', '猴子', '只', '', { alsoZh: ['小猴子'] }],
      ['🐥', 'chick', '小鸡', '只', 'yellow', { also: ['baby chicken'] }],
      ['🐧', 'penguin', '企鹅', '只', ''],
      ['🐳', 'whale', '鲸鱼', '头', 'blue', { alsoZh: ['鲸'] }],
      ['🦋', 'butterfly', '蝴蝶', '只', ''],
      ['🐞', 'ladybug', '瓢虫', '只', 'red', { also: ['ladybird'] }],
    ],
    food: [
      ['🍎', 'apple', '苹果', '个', 'red'],
      ['🍌', 'banana', '香蕉', '根', 'yellow'],
      ['🍋', 'lemon', '柠檬', '个', 'yellow'],
      ['🍓', 'strawberry', '草莓', '颗', 'red'],
      ['🍊', 'orange', '橙子', '个', 'orange', { also: ['tangerine', 'mandarin'], alsoZh: ['橘子'] }],
      ['🍉', 'watermelon', '西瓜', '块', '', { unit: ['slice', 'slices'] }],
      ['🍇', 'grapes', '葡萄', '串', 'purple', { many: 'grapes', unit: ['bunch', 'bunches'] }],
      ['🍒', 'cherries', '樱桃', '串', 'red', { many: 'cherries', unit: ['pair', 'pairs'] }],
      ['🥕', 'carrot', '胡萝卜', '根', 'orange'],
      ['🍄', 'mushroom', '蘑菇', '个', 'red', { also: ['toadstool'] }],
      ['🍔', 'burger', '汉堡', '个', '', { also: ['hamburger'], alsoZh: ['汉堡包'] }],
      ['🍕', 'pizza', '披萨', '块', '', { unit: ['slice', 'slices'], alsoZh: ['比萨'] }],
      ['🍩', 'doughnut', '甜甜圈', '个', '', { also: ['donut'] }],
      ['🍦', 'ice cream', '冰淇淋', '个', '', { also: ['ice cream cone'], alsoZh: ['冰激凌'] }],
      ['🎂', 'cake', '蛋糕', '个', '', { also: ['birthday cake'], alsoZh: ['生日蛋糕'] }],
    ],
    vehicle: [
      ['🚗', 'car', '汽车', '辆', 'red', { also: ['automobile'], alsoZh: ['小汽车', '轿车'] }],
      ['🚌', 'bus', '公交车', '辆', '', { many: 'buses', alsoZh: ['巴士', '公共汽车'] }],
      ['🚚', 'truck', '卡车', '辆', '', { also: ['lorry'], alsoZh: ['货车'] }],
      ['🚀', 'rocket', '火箭', '枚', ''],
      ['⛵', 'sailboat', '帆船', '艘', '', { also: ['boat'], alsoZh: ['小船'] }],
      ['✈️', 'airplane', '飞机', '架', '', { also: ['plane', 'aeroplane'] }],
    ],
    nature: [
      ['🌳', 'tree', '树', '棵', 'green', { alsoZh: ['大树'] }],
      ['☀️', 'sun', '太阳', '个', 'yellow'],
      ['🌙', 'moon', '月亮', '个', 'yellow', { also: ['crescent moon'], alsoZh: ['弯月'] }],
      ['🌻', 'sunflower', '向日葵', '朵', ''],
      ['🌹', 'rose', '玫瑰', '朵', 'red', { alsoZh: ['玫瑰花'] }],
      ['🌵', 'cactus', '仙人掌', '棵', 'green', { many: 'cacti' }],
      ['☁️', 'cloud', '云', '朵', '', { alsoZh: ['云朵', '白云'] }],
      ['🌈', 'rainbow', '彩虹', '道', ''],
      ['⛄', 'snowman', '雪人', '个', '', { many: 'snowmen' }],
      ['🔥', 'fire', '火', '团', '', { also: ['flame'], alsoZh: ['火焰'] }],
    ],
    thing: [
      ['🎈', 'balloon', '气球', '个', 'red'],
      ['🏠', 'house', '房子', '座', '', { also: ['home'], alsoZh: ['屋子', '小房子'] }],
      ['☂️', 'umbrella', '雨伞', '把', 'purple', { alsoZh: ['伞'] }],
      ['📕', 'book', '书', '本', 'red', { alsoZh: ['书本'] }],
      ['🔑', 'key', '钥匙', '把', 'yellow'],
      ['🔔', 'bell', '铃铛', '个', 'yellow', { alsoZh: ['铃'] }],
      ['🎁', 'gift', '礼物', '份', '', { also: ['present', 'gift box'], alsoZh: ['礼盒'] }],
      ['👑', 'crown', '皇冠', '顶', 'yellow', { alsoZh: ['王冠'] }],
      ['💡', 'light bulb', '灯泡', '个', '', { also: ['lightbulb', 'bulb'] }],
      ['🎸', 'guitar', '吉他', '把', '', { also: ['electric guitar'] }],
      ['⚽', 'soccer ball', '足球', '个', '', { also: ['football'] }],
      ['👕', 't-shirt', 'T恤', '件', 'blue', { also: ['shirt', 'tee shirt'], alsoZh: ['短袖'] }],
    ],
    shape: [
      ['❤️', 'heart', '爱心', '颗', 'red', { alsoZh: ['心形', '红心'] }],
      ['⭐', 'star', '星星', '颗', 'yellow', { alsoZh: ['五角星'] }],
    ],
  },
  // The second sixty.
  {
    animal: [
      ['🐯', 'tiger', '老虎', '只', '', { alsoZh: ['小老虎'] }],
      ['🦁', 'lion', '狮子', '头', ''],
      ['🐮', 'cow', '奶牛', '头', '', { alsoZh: ['牛'] }],
      ['🐨', 'koala', '考拉', '只', '', { alsoZh: ['树袋熊'] }],
      ['🐘', 'elephant', '大象', '头', '', { alsoZh: ['象'] }],
      ['🦒', 'giraffe', '长颈鹿', '只', ''],
      ['🐢', 'turtle', '乌龟', '只', '', { also: ['tortoise'], alsoZh: ['海龟'] }],
      ['🦕', 'dinosaur', '恐龙', '只', 'green', { also: ['brontosaurus'] }],
      ['🐬', 'dolphin', '海豚', '只', 'blue'],
      ['🐙', 'octopus', '章鱼', '只', 'red', { many: 'octopuses', alsoZh: ['八爪鱼'] }],
      ['🦀', 'crab', '螃蟹', '只', 'red'],
      ['🐌', 'snail', '蜗牛', '只', ''],
      ['🐝', 'bee', '蜜蜂', '只', '', { also: ['honeybee'] }],
      ['🦉', 'owl', '猫头鹰', '只', ''],
      ['🦆', 'duck', '鸭子', '只', '', { alsoZh: ['野鸭'] }],
      ['🦩', 'flamingo', '火烈鸟', '只', 'pink'],
      ['🦄', 'unicorn', '独角兽', '只', ''],
    ],
    food: [
      ['🍐', 'pear', '梨', '个', 'green', { alsoZh: ['梨子'] }],
      ['🍑', 'peach', '桃子', '个', 'orange', { many: 'peaches', alsoZh: ['水蜜桃'] }],
      ['🍍', 'pineapple', '菠萝', '个', '', { alsoZh: ['凤梨'] }],
      ['🍅', 'tomato', '番茄', '个', 'red', { many: 'tomatoes', alsoZh: ['西红柿'] }],
      ['🥑', 'avocado', '牛油果', '个', '', { alsoZh: ['鳄梨'] }],
      ['🍆', 'eggplant', '茄子', '个', 'purple', { also: ['aubergine'] }],
      ['🌽', 'corn', '玉米', '根', '', { unit: ['ear', 'ears'] }],
      ['🍞', 'bread', '面包', '块', '', { unit: ['loaf', 'loaves'] }],
      ['🧀', 'cheese', '奶酪', '块', '', { unit: ['piece', 'pieces'], alsoZh: ['芝士'] }],
      ['🍪', 'cookie', '饼干', '块', '', { also: ['biscuit'], alsoZh: ['曲奇'] }],
      ['🧁', 'cupcake', '纸杯蛋糕', '个', ''],
      ['🥐', 'croissant', '羊角面包', '个', '', { alsoZh: ['牛角包', '可颂'] }],
      ['☕', 'coffee', '咖啡', '杯', '', { unit: ['cup', 'cups'] }],
    ],
    vehicle: [
      ['🚕', 'taxi', '出租车', '辆', '', { also: ['cab'] }],
      ['🚜', 'tractor', '拖拉机', '辆', ''],
      ['🚒', 'fire truck', '消防车', '辆', '', { also: ['fire engine'] }],
      ['🚂', 'train', '火车', '列', '', { also: ['locomotive', 'steam train'] }],
      ['🚁', 'helicopter', '直升机', '架', 'yellow'],
    ],
    nature: [
      ['🌲', 'pine tree', '松树', '棵', 'green', { also: ['fir tree', 'evergreen tree'] }],
      ['🌴', 'palm tree', '棕榈树', '棵', '', { also: ['palm'], alsoZh: ['椰子树'] }],
      ['🌷', 'tulip', '郁金香', '朵', 'pink'],
      ['🍀', 'clover', '四叶草', '片', 'green', { also: ['four-leaf clover'] }],
      ['🍁', 'maple leaf', '枫叶', '片', 'red', { many: 'maple leaves', also: ['leaf'] }],
      ['💧', 'water drop', '水滴', '颗', 'blue', { also: ['drop of water', 'droplet'] }],
      ['⚡', 'lightning bolt', '闪电', '道', 'yellow'],
      ['🌍', 'globe', '地球', '个', '', { also: ['planet earth'] }],
    ],
    thing: [
      ['🏰', 'castle', '城堡', '座', ''],
      ['⛺', 'tent', '帐篷', '顶', 'orange'],
      ['✏️', 'pencil', '铅笔', '支', ''],
      ['✂️', 'scissors', '剪刀', '把', 'red', { many: 'scissors', unit: ['pair', 'pairs'] }],
      ['🔒', 'lock', '锁', '把', 'yellow', { also: ['padlock'] }],
      ['⏰', 'alarm clock', '闹钟', '个', 'red', { also: ['clock'], alsoZh: ['时钟'] }],
      ['📷', 'camera', '相机', '台', '', { alsoZh: ['照相机'] }],
      ['📺', 'television', '电视', '台', '', { also: ['tv'], alsoZh: ['电视机'] }],
      ['👗', 'dress', '连衣裙', '条', 'blue', { many: 'dresses', alsoZh: ['裙子'] }],
      ['🏆', 'trophy', '奖杯', '座', ''],
      ['💎', 'diamond', '钻石', '颗', 'blue', { also: ['gem'], alsoZh: ['宝石'] }],
      ['🤖', 'robot', '机器人', '个', ''],
      ['👻', 'ghost', '幽灵', '个', '', { alsoZh: ['鬼魂'] }],
      ['🎃', 'pumpkin', '南瓜', '个', 'orange', { also: ["jack-o'-lantern"], alsoZh: ['南瓜灯'] }],
    ],
    shape: [
      ['🔴', 'circle', '圆形', '个', 'red', { also: ['disc'], alsoZh: ['圆'] }],
      ['🟦', 'square', '正方形', '个', 'blue', { alsoZh: ['方块'] }],
      ['🔺', 'triangle', '三角形', '个', 'red'],
    ],
  },
];

export const objects: readonly ObjectEntry[] = rows.flatMap((half) =>
  interleaved(
    (Object.entries(half) as [Category, readonly Row[]][]).map(([category, list]) =>
      list.map((row) => entryFromRow(category, row)),
    ),
  ),
);

const byId = new Map(objects.map((entry) => [entry.id, entry]));

export function objectById(id: string): ObjectEntry {
  const entry = byId.get(id);
  if (!entry) throw new Error(`Invariant broken: no object is called ${id}`);
  return entry;
}

function entryFromRow(category: Category, [emoji, english, noun, measure, paints, extras = {}]: Row): ObjectEntry {
  return {
    id: english,
    emoji,
    category,
    english: {
      one: english,
      many: extras.many ?? (extras.unit ? english : regularPlural(english)),
      ...(extras.unit && { unit: extras.unit }),
      also: extras.also ?? [],
    },
    chinese: { noun, measure, also: extras.alsoZh ?? [] },
    ...(paints && { paints }),
  };
}

/** The plural of nouns that follow the rule; the table spells out the others. */
export function regularPlural(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

/** Deals from several lists in turn, in proportion to their lengths, so that every prefix has all categories. */
function interleaved<T>(lists: readonly (readonly T[])[]): T[] {
  return lists
    .flatMap((list) => list.map((item, index) => ({ item, at: (index + 0.5) / list.length })))
    .sort((first, second) => first.at - second.at)
    .map(({ item }) => item);
}
