import { join } from 'node:path';

import type { Raster } from '#raster/raster';
import type { JobOutcome } from '#shared/contract/job-events';
import type { BlobName, JobRequest } from '#shared/contract/job-request';
import { resultInGallery } from '#shared/contract/studio/jobs';
import type { GalleryItem } from '#shared/library/gallery-item';
import type { JobRecord, KeptComposition } from '#shared/library/job-record';
import type { Recipe } from '#shared/recipe/recipe';
import { sha256OfFile } from '#files/content-hash';
import { pixelHash } from '../images/pixel-hash.ts';
import { encodeWithRecipe, readPictureRecipe } from '../images/recipe-metadata/picture-recipe.ts';
import type { Library } from '../library/library.ts';
import { storePicture } from '../library/exchange/stored-pixels.ts';

type Finished = Extract<JobOutcome, { kind: 'finished' }>;

interface MadeWith {
  readonly model: { readonly id: string; readonly folder: string };
  readonly appVersion: string;
  readonly now: () => number;
}

/** What is kept of a job's pictures. */
interface KeptResults {
  readonly blobs: readonly BlobName[];
  readonly composition: KeptComposition | null;
}

/**
 * Stores what a job has made, each picture with its recipe in it, and puts it in the gallery: whatever happens to the
 * window or the document, it can be found there.
 * @throws AppError `disk-full` and other faults of the disk
 */
export async function keepResults(
  job: JobRecord,
  { pictures, composition, report }: Finished,
  { blobs, gallery }: Pick<Library, 'blobs' | 'gallery'>,
  madeWith: MadeWith,
): Promise<KeptResults> {
  const kept: BlobName[] = [];
  const items: GalleryItem[] = [];
  const ancestors = await ancestorsOf(job.request, blobs);
  for (const [index, picture] of pictures.entries()) {
    const recipe = await recipeOf(picture, { job, report, ancestors, madeWith });
    const { name } = await blobs.put(await encodeWithRecipe(picture, { format: 'png' }, recipe));
    kept.push(name);
    items.push(galleryItem(job, name, picture, { index, addedAt: madeWith.now() }));
  }
  const patch = composition?.patch ?? null;
  const stored = patch && (await storePicture(patch.raster, blobs));
  if (items.length > 0) await gallery.put(items);
  return {
    blobs: kept,
    composition: composition && {
      changedFraction: composition.changedFraction,
      patch: patch &&
        stored && { blob: stored.blob, x: patch.x, y: patch.y, width: stored.width, height: stored.height },
    },
  };
}

async function recipeOf(
  picture: Raster,
  {
    job,
    report,
    ancestors,
    madeWith,
  }: {
    readonly job: JobRecord;
    readonly report: Finished['report'];
    readonly ancestors: Recipe['ancestors'];
    readonly madeWith: MadeWith;
  },
): Promise<Recipe> {
  const { model, appVersion, now } = madeWith;
  return {
    version: 1,
    request: job.request,
    app: { name: 'Ovis Studio', version: appVersion },
    model: { name: model.id, sha256: await sha256OfFile(join(model.folder, 'model.json')) },
    device: { kind: report.device, runtime: `onnxruntime ${report.runtime}` },
    result: { width: picture.width, height: picture.height, pixelsSha256: pixelHash(picture) },
    report: { totalMs: report.totalMs, warnings: report.warnings.map(({ code }) => code) },
    ancestors,
    madeAt: new Date(now()).toISOString(),
  };
}

/** What led to the picture that a request starts from, where that says so itself. */
async function ancestorsOf(request: JobRequest, blobs: Library['blobs']): Promise<Recipe['ancestors']> {
  if (!('image' in request)) return [];
  const source = request.image;
  const found = await readPictureRecipe(await blobs.read(source));
  if (found.kind !== 'studio') return [];
  const { ancestors, request: earlier } = found.recipe;
  return [...ancestors, { request: earlier, result: source }].slice(-256);
}

function galleryItem(
  { id, request, target }: JobRecord,
  blob: BlobName,
  { width, height }: Raster,
  { index, addedAt }: { index: number; addedAt: number },
): GalleryItem {
  return {
    version: 1,
    id: resultInGallery(id, index),
    blob,
    width,
    height,
    addedAt,
    origin: 'made',
    fileName: null,
    recipe: request,
    caption: '',
    tags: [],
    favourite: false,
    job: id,
    document: target?.document ?? null,
    node: target?.node ?? null,
    trashedAt: null,
  };
}
