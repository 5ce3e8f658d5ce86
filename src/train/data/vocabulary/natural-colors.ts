import type { ColorId } from './colors.ts';
import type { StyleId } from './styles.ts';

type ByStyle = readonly [noto: ColorId | null, twemoji: ColorId | null, fluent: ColorId | null];

/**
 * What a person would call the unpainted objects' colours; null where people would disagree. One name stands for all
 * three styles. A test compares them with the pixels.
 */
const naturalColors: Readonly<Record<string, ColorId | ByStyle>> = {
  // Animals
  cat: ['yellow', 'yellow', null],
  fish: 'blue',
  pig: 'pink',
  frog: 'green',
  bear: 'brown',
  fox: [null, 'orange', 'orange'],
  chick: 'yellow',
  whale: 'blue',
  butterfly: ['blue', 'blue', null],
  ladybug: 'red',
  tiger: ['orange', 'yellow', 'orange'],
  lion: 'brown',
  koala: 'grey',
  elephant: 'grey',
  turtle: 'green',
  dinosaur: 'green',
  dolphin: 'blue',
  octopus: ['red', 'purple', null],
  crab: [null, 'red', 'red'],
  flamingo: 'pink',
  // Food
  apple: 'red',
  banana: 'yellow',
  lemon: 'yellow',
  strawberry: 'red',
  orange: 'orange',
  grapes: 'purple',
  cherries: 'red',
  carrot: 'orange',
  mushroom: 'red',
  doughnut: 'brown',
  pear: 'green',
  tomato: 'red',
  eggplant: 'purple',
  cheese: 'yellow',
  // Vehicles
  car: 'red',
  taxi: 'yellow',
  'fire truck': 'red',
  helicopter: ['yellow', 'yellow', 'orange'],
  // Nature
  tree: 'green',
  sun: 'yellow',
  moon: 'yellow',
  rose: 'red',
  cactus: 'green',
  cloud: 'white',
  snowman: 'white',
  fire: ['orange', 'orange', null],
  'pine tree': 'green',
  'palm tree': 'green',
  tulip: 'pink',
  clover: 'green',
  'maple leaf': [null, 'red', 'red'],
  'water drop': 'blue',
  'lightning bolt': ['yellow', 'yellow', null],
  // Things and shapes
  balloon: 'red',
  umbrella: [null, 'purple', 'purple'],
  book: 'red',
  key: ['yellow', null, 'yellow'],
  bell: 'yellow',
  gift: ['red', null, null],
  crown: 'yellow',
  'light bulb': 'yellow',
  guitar: 'red',
  't-shirt': ['blue', 'blue', 'green'],
  castle: ['grey', null, 'grey'],
  tent: ['orange', 'orange', 'green'],
  scissors: 'red',
  lock: 'yellow',
  'alarm clock': 'red',
  dress: 'blue',
  trophy: ['yellow', 'yellow', null],
  diamond: 'blue',
  ghost: 'white',
  pumpkin: ['orange', 'orange', null],
  heart: 'red',
  star: 'yellow',
  circle: 'red',
  square: 'blue',
  triangle: ['red', null, 'red'],
};

const styleColumn: Readonly<Record<StyleId, 0 | 1 | 2>> = { noto: 0, twemoji: 1, fluent: 2 };

/** The colour by which a person would tell this object, unpainted, from others of its kind. */
export function naturalColor(object: string, style: StyleId): ColorId | null {
  const colors = naturalColors[object];
  return colors === undefined ? null : typeof colors === 'string' ? colors : colors[styleColumn[style]];
}
