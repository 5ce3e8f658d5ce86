import { createHash } from 'node:crypto';

import { conditionInput, type VisionInput } from '#model/ovis/processing/vision-input';
import { blankPicture } from '#model/ovis/processing/rgb';
import { editPrompt, generatePrompt, unconditionalPrompt, type PromptTexts } from '#model/ovis/text/prompts';
import type { Raster } from '#raster/raster';
import { throwIfCancelled } from '#base/abort';

import { encodePrompt, refineCondition, tokenSequence, type RefinedCondition } from '../ovis/condition.ts';
import type { OvisModel } from '../ovis/ovis-model.ts';
import type { EditConditions } from '../ovis/sample.ts';
import { embedPictures, type VisualEmbeddings } from '../ovis/vision.ts';

/** Conditions kept from earlier jobs: rewording a prompt then costs one encoding instead of three. */
const CACHE_ENTRIES = 32;

interface Wanted {
  readonly texts: PromptTexts;
  /** As many as there are places for in the texts. */
  readonly pictures: readonly VisionInput[];
}

/**
 * Encodes what a job is conditioned on, each different pair of words and picture once. Refined conditions are kept by
 * content, least recently used first out.
 */
export class ConditionEncoder {
  readonly #kept = new Map<string, RefinedCondition>();

  /** For a picture of the given size in pixels. */
  async generation(
    model: OvisModel,
    prompt: string,
    size: { readonly width: number; readonly height: number },
    signal: AbortSignal,
  ): Promise<{ conditional: RefinedCondition; unconditional: RefinedCondition }> {
    const blank = [conditionInput(blankPicture(size.width, size.height), model.config.processor)];
    const [conditional, unconditional] = await this.#encode(
      model,
      [
        { texts: generatePrompt(prompt), pictures: blank },
        { texts: unconditionalPrompt(), pictures: blank },
      ],
      signal,
    );
    return { conditional: conditional!, unconditional: unconditional! };
  }

  /**
   * @param seen the source, and further pictures to go by
   * @param size in pixels of the picture that is made, which the blank picture takes too
   */
  async edit(
    model: OvisModel,
    instruction: string,
    seen: readonly Raster[],
    size: { readonly width: number; readonly height: number },
    signal: AbortSignal,
  ): Promise<EditConditions> {
    const { processor } = model.config;
    const blank = conditionInput(blankPicture(size.width, size.height), processor);
    const pictures = seen.map((picture) => conditionInput(picture, processor));
    const [none, image, full] = await this.#encode(
      model,
      [
        { texts: unconditionalPrompt(), pictures: [blank] },
        { texts: unconditionalPrompt(pictures.length), pictures },
        { texts: editPrompt(instruction, pictures.length), pictures },
      ],
      signal,
    );
    return { none: none!, image: image!, full: full! };
  }

  async #encode(model: OvisModel, wanted: readonly Wanted[], signal: AbortSignal): Promise<RefinedCondition[]> {
    const keys = wanted.map((one) => keyOf(model, one));
    const missing = [...new Map(keys.map((key, i) => [key, wanted[i]!])).entries()].filter(
      ([key]) => !this.#kept.has(key),
    );
    if (missing.length > 0) {
      await model.enterPhase('vision', 'packedVision', 'condition', 'refiner');
      const embedded = new Map<Wanted['pictures'], VisualEmbeddings>();
      for (const pictures of new Set(missing.map(([, wish]) => wish.pictures))) {
        throwIfCancelled(signal);
        embedded.set(pictures, await embedPictures(model, pictures));
      }
      for (const [key, { texts, pictures }] of missing) {
        throwIfCancelled(signal);
        const visual = embedded.get(pictures)!;
        const { condition } = await encodePrompt(model, tokenSequence(model, texts, visual), visual);
        this.#keep(key, await refineCondition(model, condition));
      }
    }
    return keys.map((key) => this.#use(key));
  }

  #use(key: string): RefinedCondition {
    const condition = this.#kept.get(key)!;
    this.#kept.delete(key);
    this.#kept.set(key, condition);
    return condition;
  }

  #keep(key: string, condition: RefinedCondition): void {
    this.#kept.set(key, condition);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > CACHE_ENTRIES && oldest !== undefined) this.#kept.delete(oldest);
  }
}

function keyOf(model: OvisModel, { texts, pictures }: Wanted): string {
  const hash = createHash('sha256');
  hash.update(model.identity).update(JSON.stringify([texts, pictures.map(({ grid }) => grid)]));
  for (const { patches } of pictures) hash.update(patches);
  return hash.digest('hex');
}
