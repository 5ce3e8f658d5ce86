import { createHash } from 'node:crypto';

import { conditionInput, type VisionInput } from '#model/ovis/processing/vision-input';
import { blankPicture } from '#model/ovis/processing/rgb';
import { editPrompt, generatePrompt, unconditionalPrompt, type PromptTexts } from '#model/ovis/text/prompts';
import type { Raster } from '#raster/raster';
import { throwIfCancelled } from '#base/abort';

import { encodePrompt, refineCondition, tokenSequence, type RefinedCondition } from '../ovis/condition.ts';
import type { OvisModel } from '../ovis/ovis-model.ts';
import type { EditConditions } from '../ovis/sample.ts';
import { embedPictures } from '../ovis/vision.ts';

/** Conditions kept from earlier jobs: rewording a prompt then costs one encoding instead of three. */
const CACHE_ENTRIES = 32;

interface Wanted {
  readonly texts: PromptTexts;
  readonly picture: VisionInput;
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
    const blank = conditionInput(blankPicture(size.width, size.height), model.config.processor);
    const [conditional, unconditional] = await this.#encode(
      model,
      [
        { texts: generatePrompt(prompt), picture: blank },
        { texts: unconditionalPrompt(), picture: blank },
      ],
      signal,
    );
    return { conditional: conditional!, unconditional: unconditional! };
  }

  /** @param size in pixels of the picture that is made, which the blank picture takes too */
  async edit(
    model: OvisModel,
    instruction: string,
    source: Raster,
    size: { readonly width: number; readonly height: number },
    signal: AbortSignal,
  ): Promise<EditConditions> {
    const { processor } = model.config;
    const blank = conditionInput(blankPicture(size.width, size.height), processor);
    const picture = conditionInput(source, processor);
    const [none, image, full] = await this.#encode(
      model,
      [
        { texts: unconditionalPrompt(), picture: blank },
        { texts: unconditionalPrompt(), picture },
        { texts: editPrompt(instruction), picture },
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
      const pictures = [...new Set(missing.map(([, { picture }]) => picture))];
      const embedded = new Map<VisionInput, Awaited<ReturnType<typeof embedPictures>>>();
      for (const picture of pictures) {
        throwIfCancelled(signal);
        embedded.set(picture, await embedPictures(model, [picture]));
      }
      for (const [key, { texts, picture }] of missing) {
        throwIfCancelled(signal);
        const visual = embedded.get(picture)!;
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

function keyOf(model: OvisModel, { texts, picture }: Wanted): string {
  const hash = createHash('sha256');
  hash
    .update(model.identity)
    .update(JSON.stringify([texts, picture.grid]))
    .update(picture.patches);
  return hash.digest('hex');
}
