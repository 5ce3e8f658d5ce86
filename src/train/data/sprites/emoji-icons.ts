import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '#base/app-error';
import { assertNever } from '#base/assert';
import { type StyleId, styleIds, styles } from '../vocabulary/styles.ts';

/** One picture of an emoji set as its package holds it: the inside of an SVG element, and the box it is drawn in. */
export interface EmojiIcon {
  readonly body: string;
  readonly width: number;
  readonly height: number;
}

/** The parts of an Iconify package that we read; the packages' versions are pinned, so their shape is too. */
interface IconifyIcons {
  readonly width?: number;
  readonly height?: number;
  readonly icons: Readonly<Record<string, { body: string; width?: number; height?: number }>>;
  readonly aliases?: Readonly<Record<string, { parent: string }>>;
}

/**
 * Finds the pictures of some emoji in the installed package of a style.
 * @throws AppError `data-missing` when the package is not installed or damaged, or has no such picture.
 */
export async function loadEmojiIcons(style: StyleId, emoji: readonly string[]): Promise<EmojiIcon[]> {
  const { package: name } = styles[style];
  const [icons, names] = (await Promise.all([readJson(style, 'icons.json'), readJson(style, 'chars.json')])) as [
    IconifyIcons,
    Readonly<Record<string, string>>,
  ];
  return emoji.map((character) => {
    const key = names[codePointKey(character)];
    const icon = key && (icons.icons[key] ?? icons.icons[icons.aliases?.[key]?.parent ?? '']);
    if (!icon) {
      throw new AppError('data-missing', `The package ${name} has no picture of ${character}: run npm ci again.`, {
        data: { package: name, emoji: character },
      });
    }
    return { body: icon.body, width: icon.width ?? icons.width ?? 16, height: icon.height ?? icons.height ?? 16 };
  });
}

/** `chars.json` is keyed by code points in hex, without the variation selector. */
function codePointKey(emoji: string): string {
  return Array.from(emoji, (character) => character.codePointAt(0)!.toString(16))
    .filter((hex) => hex !== 'fe0f')
    .join('-');
}

/** The versions of the installed emoji packages: pinned, and so they stand for every picture. */
export async function emojiPackageVersions(): Promise<string[]> {
  const manifests = await Promise.all(styleIds.map((style) => readJson(style, 'package.json')));
  return manifests.map((manifest) => (manifest as { version: string }).version);
}

async function readJson(style: StyleId, file: string): Promise<unknown> {
  try {
    // Read as data rather than imported: the type checker should not look into 25 MB of pictures.
    return JSON.parse(await readFile(join(packageFolder(style), file), 'utf8'));
  } catch (cause) {
    const { package: name } = styles[style];
    throw new AppError('data-missing', `The pictures of ${name} could not be read: run npm ci again.`, {
      data: { package: name },
      cause,
    });
  }
}

/** The names stand here in full so that tools see that the packages are used. */
function packageFolder(style: StyleId): string {
  const require = createRequire(import.meta.url);
  switch (style) {
    case 'noto':
      return dirname(require.resolve('@iconify-json/noto/package.json'));
    case 'twemoji':
      return dirname(require.resolve('@iconify-json/twemoji/package.json'));
    case 'fluent':
      return dirname(require.resolve('@iconify-json/fluent-emoji-flat/package.json'));
    default:
      return assertNever(style);
  }
}
