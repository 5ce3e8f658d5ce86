import sharp from 'sharp';

import { toAppError, type AppError } from '#base/app-error';
import type { DeepRaster } from '#raster/deep-raster';
import type { Raster } from '#raster/raster';
import { type ForeignRecipe, parseA1111, parseInvokeAi } from '#shared/recipe/foreign-recipe';
import { digitalSourceType, parseRecipe, type Recipe } from '#shared/recipe/recipe';

import { encodeImage, type EncodeOptions } from '../encode-image.ts';
import { insertPngChunks } from '../png-chunks.ts';
import { sniffFormat } from '../sniff-format.ts';
import { pngText, readPngTexts } from './png-text.ts';
import { maxJpegXmpBytes, readXmpRecipe, writeXmp } from './xmp-packet.ts';

/** Keywords of the PNG texts that are read and written. */
const recipeKeyword = 'ovis-recipe';
const xmpKeyword = 'XML:com.adobe.xmp';

interface EncodeRecipeOptions {
  readonly signal?: AbortSignal | undefined;
  /** What the picture shows, for people who cannot see it. */
  readonly altText?: string | undefined;
}

/**
 * Writes a picture that carries how it was made: the recipe itself, and in XMP that a model made it. In a PNG the recipe
 * has a text chunk of its own; the other formats have it in the XMP packet.
 *
 * @throws AppError as `encodeImage`
 */
export async function encodeWithRecipe(
  raster: Raster | DeepRaster,
  options: EncodeOptions,
  recipe: Recipe,
  { signal, altText }: EncodeRecipeOptions = {},
): Promise<Uint8Array> {
  if (options.format !== 'png')
    return encodeImage(raster, options, { signal, xmp: xmpWithRecipe(recipe, altText, options.format) });
  const png = await encodeImage(raster, options, { signal });
  return insertPngChunks(png, [
    // Says that the samples are sRGB, rendering intent perceptual, so that no viewer has to guess.
    { type: 'sRGB', data: Uint8Array.of(0) },
    pngText(xmpKeyword, writeXmp(xmpContent(recipe, altText))),
    pngText(recipeKeyword, JSON.stringify(recipe), { packed: true }),
  ]);
}

function xmpContent(recipe: Recipe, altText: string | undefined) {
  const { app, madeAt, request } = recipe;
  return { sourceType: digitalSourceType(request), creatorTool: `${app.name} ${app.version}`, madeAt, altText };
}

function xmpWithRecipe(recipe: Recipe, altText: string | undefined, format: EncodeOptions['format']): string {
  const write = (stored: Recipe) => writeXmp({ ...xmpContent(recipe, altText), recipeJson: JSON.stringify(stored) });
  const packet = write(recipe);
  if (format !== 'jpeg' || Buffer.byteLength(packet) <= maxJpegXmpBytes) return packet;
  // A JPEG has no room for a long past; how this picture itself was made always fits.
  return write({ ...recipe, ancestors: [] });
}

/** What a picture says about how it was made. */
export type FoundRecipe =
  | { readonly kind: 'none' }
  | { readonly kind: 'studio'; readonly recipe: Recipe }
  /** Made by another program, whose words and numbers can be taken over. */
  | { readonly kind: 'foreign'; readonly recipe: ForeignRecipe }
  /** Ours, but from a newer studio or damaged: `version-too-new` or `stored-value-invalid`. */
  | { readonly kind: 'unreadable'; readonly error: AppError };

/** Looks for a recipe in the bytes of a picture. Never throws: a picture without one is an ordinary picture. */
export async function readPictureRecipe(bytes: Uint8Array): Promise<FoundRecipe> {
  const sniffed = sniffFormat(bytes);
  if (sniffed.kind !== 'readable') return { kind: 'none' };
  if (sniffed.format !== 'png') return studioRecipe(readXmpRecipe(await readXmp(bytes)));
  const texts = readPngTexts(bytes, [recipeKeyword, xmpKeyword, 'invokeai_metadata', 'parameters']);
  const own = texts.get(recipeKeyword) ?? readXmpRecipe(texts.get(xmpKeyword) ?? '');
  if (own !== undefined) return studioRecipe(own);
  const foreign = parseInvokeAi(texts.get('invokeai_metadata') ?? '') ?? parseA1111(texts.get('parameters') ?? '');
  return foreign === undefined ? { kind: 'none' } : { kind: 'foreign', recipe: foreign };
}

function studioRecipe(json: string | undefined): FoundRecipe {
  if (json === undefined) return { kind: 'none' };
  try {
    return { kind: 'studio', recipe: parseRecipe(parseJson(json)) };
  } catch (error) {
    return { kind: 'unreadable', error: toAppError(error) };
  }
}

/** Undefined for what is no JSON, which then fails as a recipe. */
function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

async function readXmp(bytes: Uint8Array): Promise<string> {
  try {
    const { xmpAsString } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return xmpAsString ?? '';
  } catch {
    return '';
  }
}
