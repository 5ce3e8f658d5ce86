import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { toVaePixels } from '#model/ovis/processing/context-image';
import type { RgbRaster } from '#model/ovis/processing/rgb';
import { fitLatentPreview, type LatentPreview } from '#model/ovis/sampling/latent-preview';
import { resize } from '#raster/resize';

import type { OvisModel } from '../ovis/ovis-model.ts';
import { encodeLatents } from '../ovis/vae.ts';

/** Side of the picture that the map is fitted on: enough cells for a dozen coefficients, little work. */
const SIDE = 128;

/** The linear map from latents to colours of a model's VAE: fitted, unless the folder has it from the last time. */
export async function latentPreview(model: OvisModel, cacheFolder: string | undefined): Promise<LatentPreview> {
  const file = cacheFolder && path.join(cacheFolder, 'latent-previews', `${weightsKey(model)}.json`);
  const kept = file && (await readPreview(file));
  if (kept) return kept;
  const picture = colourChart();
  const latents = await encodeLatents(model, toVaePixels(picture), picture);
  const cells = SIDE / model.config.vae.factor;
  const scaled = latents.map((value) => value * model.config.vae.scalingFactor);
  const preview = fitLatentPreview([{ latents: scaled, rgb: resize(picture, { width: cells, height: cells }) }]);
  if (file) await keepPreview(file, preview);
  return preview;
}

/** The same for the same weights, wherever they lie. */
function weightsKey({ package: { manifest } }: OvisModel): string {
  return createHash('sha256').update(JSON.stringify(manifest.files)).digest('hex').slice(0, 32);
}

/** Smooth and hard changes of all hues and brightnesses: what pictures are made of. */
function colourChart(): RgbRaster {
  const data = new Uint8Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const tile = (Math.floor(x / 16) + Math.floor(y / 16)) % 4;
      const wave = (rate: number, phase: number) =>
        127.5 * (1 + Math.sin((x * rate + y * (0.2 - rate)) / 2 + phase + tile));
      data.set([wave(0.05, 0), wave(0.11, 2), wave(0.17, 4)], (y * SIDE + x) * 3);
    }
  }
  return { width: SIDE, height: SIDE, channels: 3, data };
}

async function readPreview(file: string): Promise<LatentPreview | undefined> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<LatentPreview>;
    const numbers = [...(value.weights ?? []), ...(value.bias ?? [])];
    const whole = value.bias?.length === 3 && numbers.length > 3 && numbers.every((number) => Number.isFinite(number));
    return whole ? (value as LatentPreview) : undefined;
  } catch {
    return undefined;
  }
}

/** Best effort: where nothing can be written it is fitted again next time. */
async function keepPreview(file: string, preview: LatentPreview): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}`;
    await writeFile(temporary, JSON.stringify(preview));
    await rename(temporary, file);
  } catch {
    // Nothing is lost.
  }
}
