import type { TokenSequence } from '#model/ovis/text/token-ids';

import { tensor, type Tensor } from '../ort/tensor.ts';
import type { OvisModel } from './ovis-model.ts';
import { nextTokenInputs, sequenceInputs } from './sequence.ts';
import type { VisualEmbeddings } from './vision.ts';

/** Slots by which the cache grows. Free slots are multiplied too, so the step is small. */
const GROWTH = 128;
const MASKED = -1e30;

/** What one run of the language model gives; `logits` are of the token after the last one fed. */
export interface ChatOutputs {
  readonly logits: Float32Array;
  /** What the model was given, and its last two hidden states: [1, tokens, hidden]. */
  readonly merged: Tensor;
  readonly last: Tensor;
  readonly secondLast: Tensor;
}

/**
 * A sequence that grows token by token. Keys and values of all layers stay in buffers of this process that are fed to the
 * graph where they lie; only those of new tokens come back.
 */
export class Chat {
  readonly #model: OvisModel;
  #length = 0;
  #slots = GROWTH;
  #keys: Float32Array[];
  #values: Float32Array[];

  constructor(model: OvisModel) {
    this.#model = model;
    const { layerCount } = model.config.llm;
    const buffers = () => Array.from({ length: layerCount }, () => new Float32Array(this.#slots * this.#slotSize));
    this.#keys = buffers();
    this.#values = buffers();
  }

  /** Tokens so far. */
  get length(): number {
    return this.#length;
  }

  /** Reads a whole prompt; only at the start of a sequence. */
  start(sequence: TokenSequence, visual: VisualEmbeddings | null): Promise<ChatOutputs> {
    if (this.#length > 0) throw new Error('A chat starts once');
    return this.#run(sequenceInputs(this.#model.config, sequence, visual), sequence.ids.length);
  }

  /** Reads one more token. */
  next(id: number): Promise<ChatOutputs> {
    return this.#run(nextTokenInputs(this.#model.config, id, this.#length), 1);
  }

  async #run(inputs: Record<string, Tensor>, count: number): Promise<ChatOutputs> {
    const session = await this.#model.session('chat');
    const outputs = await session.run({ ...inputs, ...this.#past() });
    this.#append(outputs, count);
    const { logits, merged, last, secondLast } = outputs;
    return { logits: logits!.data as Float32Array, merged: merged!, last: last!, secondLast: secondLast! };
  }

  #past(): Record<string, Tensor> {
    const { kvHeadCount, headSize } = this.#model.config.llm;
    const shape = [1, kvHeadCount, this.#slots, headSize];
    const slotBias = new Float32Array(this.#slots).fill(MASKED, this.#length);
    const past: Record<string, Tensor> = { slotBias: tensor('f32', [this.#slots], slotBias) };
    this.#keys.forEach((keys, layer) => (past[`key.${layer}`] = tensor('f32', shape, keys)));
    this.#values.forEach((values, layer) => (past[`value.${layer}`] = tensor('f32', shape, values)));
    return past;
  }

  #append(outputs: Readonly<Record<string, Tensor>>, count: number): void {
    if (this.#length + count > this.#slots) this.#grow(this.#length + count);
    for (const [layer, keys] of this.#keys.entries()) {
      this.#copyHeads(outputs[`newKey.${layer}`]!.data as Float32Array, count, keys, this.#slots, this.#length);
      const values = this.#values[layer]!;
      this.#copyHeads(outputs[`newValue.${layer}`]!.data as Float32Array, count, values, this.#slots, this.#length);
    }
    this.#length += count;
  }

  #grow(needed: number): void {
    const slots = Math.ceil((needed + 1) / GROWTH) * GROWTH;
    const moved = (buffer: Float32Array) => {
      const larger = new Float32Array(slots * this.#slotSize);
      this.#copyHeads(buffer, this.#slots, larger, slots, 0);
      return larger;
    };
    this.#keys = this.#keys.map(moved);
    this.#values = this.#values.map(moved);
    this.#slots = slots;
  }

  /** Copies [heads, fromSlots, size] into [heads, toSlots, size], from slot `at` on. */
  #copyHeads(from: Float32Array, fromSlots: number, to: Float32Array, toSlots: number, at: number): void {
    const { kvHeadCount, headSize } = this.#model.config.llm;
    for (let head = 0; head < kvHeadCount; head++) {
      const rows = from.subarray(head * fromSlots * headSize, (head + 1) * fromSlots * headSize);
      to.set(rows, (head * toSlots + at) * headSize);
    }
  }

  /** Elements of one slot over all heads. */
  get #slotSize(): number {
    const { kvHeadCount, headSize } = this.#model.config.llm;
    return kvHeadCount * headSize;
  }
}
