import { densePositionWeights, positionTaps } from '#model/ovis/processing/position-table';
import { visionRope } from '#model/ovis/processing/rope';
import type { VisionInput } from '#model/ovis/processing/vision-input';
import { visionPositions, type VisionGrid } from '#model/ovis/processing/vision-layout';
import { frameOfPatches, windowOfPatches } from '#model/ovis/processing/vision-segments';
import type { OvisConfig } from '#model/ovis/config';

import { tensor, type Tensor } from '../ort/tensor.ts';
import type { OvisModel } from './ovis-model.ts';

/** What the language model sees of pictures. */
export interface VisualEmbeddings {
  /** One after another for all pictures, [sum of counts, hidden]. */
  readonly embeddings: Float32Array;
  /** Embeddings of every picture. */
  readonly counts: readonly number[];
  /** Of the indicators −301 to −304, [4, hidden]. */
  readonly indicators: Float32Array;
}

/** Everything the vision graph gives. */
export interface VisionOutputs {
  readonly features: Tensor;
  readonly logits: Tensor;
  readonly embeddings: Tensor;
  readonly indicators: Tensor;
}

/** Beyond this many patches in one sequence the attention mask of packed pictures costs more than packing saves. */
const MAX_PACKED_PATCHES = 1536;

/** Embeds pictures, several small ones packed into one sequence. */
export async function embedPictures(model: OvisModel, pictures: readonly VisionInput[]): Promise<VisualEmbeddings> {
  const { hiddenSize } = model.config.llm;
  const area = model.config.vision.mergeSize ** 2;
  const counts = pictures.map(({ grid }) => (grid.frames * grid.rows * grid.columns) / area);
  const embeddings = new Float32Array(counts.reduce((sum, count) => sum + count, 0) * hiddenSize);
  let indicators = new Float32Array();
  let at = 0;
  for (const pack of packs(pictures)) {
    const outputs = await runVision(model, pack);
    embeddings.set(outputs.embeddings.data as Float32Array, at);
    at += outputs.embeddings.data.length;
    indicators = outputs.indicators.data as Float32Array<ArrayBuffer>;
  }
  return { embeddings, counts, indicators };
}

function* packs(pictures: readonly VisionInput[]): Generator<VisionInput[]> {
  let pack: VisionInput[] = [];
  let patches = 0;
  for (const picture of pictures) {
    const count = picture.grid.frames * picture.grid.rows * picture.grid.columns;
    if (pack.length > 0 && patches + count > MAX_PACKED_PATCHES) {
      yield pack;
      pack = [];
      patches = 0;
    }
    pack.push(picture);
    patches += count;
  }
  if (pack.length > 0) yield pack;
}

/** Runs the vision encoder and adapter over pictures in one sequence. */
export async function runVision(model: OvisModel, pictures: readonly VisionInput[]): Promise<VisionOutputs> {
  const grids = pictures.map(({ grid }) => grid);
  const packed = grids.length > 1 || grids.some(({ frames }) => frames > 1);
  const session = await model.session(packed ? 'packedVision' : 'vision');
  const { positions, frames } = gridInputs(model.config, grids);
  const patches = joined(pictures.map((picture) => picture.patches));
  const tokens = frames.shape[0]!;
  const { features, logits, embeddings, indicators } = await session.run({
    patches: tensor('f32', [tokens, patches.length / tokens], patches),
    ...positions,
    ...(packed && { pictures: frames }),
  });
  return { features: features!, logits: logits!, embeddings: embeddings!, indicators: indicators! };
}

function gridInputs({ vision }: OvisConfig, grids: readonly VisionGrid[]) {
  const frames = frameOfPatches(grids);
  const tokens = frames.length;
  const rope = visionRope(visionPositions(grids, vision.mergeSize), vision);
  const weights = densePositionWeights(positionTaps(grids, vision), vision.tableSize);
  const positions: Record<string, Tensor> = {
    positionWeights: tensor('f32', [tokens, vision.tableSize ** 2], weights),
    cos: tensor('f32', rope.shape, rope.cos),
    sin: tensor('f32', rope.shape, rope.sin),
  };
  if (vision.fullAttentionBlocks) positions['windows'] = tensor('i32', [tokens], windowOfPatches(grids, vision));
  return { positions, frames: tensor('i32', [tokens], frames) };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
