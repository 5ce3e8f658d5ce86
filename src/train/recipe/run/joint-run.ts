/**
 * @file Stages that learn answers and pictures: every batch is words, a question about pictures, a picture or an edit, by
 * its family, and its bucket says which with all its sizes.
 */
import { assertNever } from '#base/assert';
import type { Builder } from '#model/nn/builder';
import { conditionOf } from '../../objectives/language.ts';
import type { PictureSize } from '#model/ovis/processing/smart-resize';
import { editPrompt, generatePrompt, unconditionalPrompt } from '#model/ovis/text/prompts';
import type { OvisTokenizer } from '#model/ovis/text/tokenizer';

import {
  planarFloats,
  type Batch,
  type EditBatch,
  type GenerationBatch,
  type LanguageBatch,
  type PictureStack,
  type UnderstandingBatch,
} from '../../data/batches/batch.ts';
import { createRng } from '../../data/random.ts';
import { familyOf, type SampleFamily, type SampleKind } from '../../data/samples/sample-plan.ts';
import { hostTensor, type HostTensor } from '../../runtime.ts';
import type { TrainingBatch } from '../../session/training-plan.ts';
import type { Objective } from '../../session/training-step.ts';
import { normals } from '../assembly/autoencoder-batches.ts';
import { paddingInputs, sampleTime } from '../assembly/flow-batches.ts';
import { namedInputs } from '../assembly/named.ts';
import { thingInputs } from '../assembly/things.ts';
import { blankInputs, gridOf, patchInputs } from '../assembly/patches.ts';
import {
  dialogueSequence,
  paddedLength,
  promptSequence,
  sequenceInputs,
  sequenceLengths,
  targetInputs,
  type Sequence,
  type SequenceFormat,
} from '../assembly/sequences.ts';
import { flowObjective, packedLatents, type FlowShape } from '../objectives/flow.ts';
import { embeddingsOf, sequenceStates, type SequenceShape } from '../objectives/sequence.ts';
import { wordsObjective } from '../objectives/words.ts';
import { assembled } from './assembled.ts';
import { FrozenGraphs } from './frozen-graph.ts';
import { stagePlan } from './stage-plan.ts';
import type { StageContext, StageRun } from './stage-run.ts';
import { openTokenizer } from './tokenizer.ts';

export async function jointRun(context: StageContext): Promise<StageRun> {
  const tokenizer = await openTokenizer(context.folder, context.seed);
  const frozen = new FrozenGraphs(context.weights, context.loadGraph);
  const stage = new JointStage(context, tokenizer, frozen);
  return {
    plan: stagePlan(context, stage.objectives()),
    batches: assembled(context, (batch, look) => stage.assemble(batch, look)),
    release: () => frozen.release(),
  };
}

/** Pictures and words on their way to an update, without noise. */
interface EncodedBatch {
  readonly bucket: string;
  /** Packed latents of the pictures. */
  readonly clean: HostTensor;
  /** All other inputs of `flowObjective` but noise and time. */
  readonly inputs: Readonly<Record<string, HostTensor>>;
}

/** The shape of a stage's batches, and how they are made. */
class JointStage {
  readonly #context: StageContext;
  readonly #tokenizer: OvisTokenizer;
  readonly #frozen: FrozenGraphs;
  /** Whether the loss of pictures goes through the language model, to something that is trained in front of it. */
  readonly #throughWords: boolean;
  /** Whether the refiner learns, and so is asked what it has read. */
  readonly #names: boolean;
  /** Whether the decoder learns, and so is asked what it is about to show. */
  readonly #shows: boolean;
  readonly #encoded = new WeakMap<Batch, Promise<EncodedBatch>>();

  constructor(context: StageContext, tokenizer: OvisTokenizer, frozen: FrozenGraphs) {
    this.#context = context;
    this.#tokenizer = tokenizer;
    this.#frozen = frozen;
    this.#names = context.stage.trains.includes('refiner');
    this.#shows = context.stage.trains.includes('decoder');
    this.#throughWords = context.stage.trains.some((part) => part === 'llm' || part === 'vision' || part === 'adapter');
  }

  /** One for every bucket that a batch of this stage can have. */
  objectives(): Record<string, (builder: Builder) => Objective> {
    const { config } = this.#context.folder;
    const objectives: Record<string, (builder: Builder) => Objective> = {};
    for (const family of this.#families()) {
      for (const size of family === 'language' ? [null] : this.#context.size.pictures) {
        for (const length of sequenceLengths) {
          objectives[bucketName(family, size, length)] = (builder) =>
            family === 'language' || family === 'understanding'
              ? wordsObjective(builder, config, this.#sequenceShape(family, size, length))
              : flowObjective(builder, config, this.#flowShape(family, size!, length));
        }
      }
    }
    return objectives;
  }

  async assemble(batch: Batch, look: number): Promise<TrainingBatch> {
    switch (batch.family) {
      case 'language':
        return this.#words(batch, null);
      case 'understanding':
        return this.#words(batch, batch.pictures);
      case 'generation':
      case 'edit':
        return this.#picture(batch, look);
      default:
        return assertNever(batch);
    }
  }

  #words(batch: LanguageBatch | UnderstandingBatch, pictures: PictureStack | null): TrainingBatch {
    const { stage, folder, seed } = this.#context;
    const format = this.#format(pictures, 'understanding');
    const sequences = batch.dialogues.map((turns, index): Sequence => {
      const rng = createRng(seed, 'dialogue', batch.index, index);
      const sequence = dialogueSequence(turns, pictures ? 1 : 0, rng, format);
      return stage.learns === 'words' ? { ...sequence, learntFrom: 1 } : sequence;
    });
    const length = paddedLength(sequences);
    return {
      bucket: bucketName(batch.family, pictures, length),
      samples: sequences.length,
      inputs: {
        ...sequenceInputs(sequences, length, pictures && { embeddingsEach: format.pictureEmbeddings, shared: false }),
        ...targetInputs(sequences, length),
        ...(pictures && patchInputs(pictures, 'understanding', folder.config)),
      },
    };
  }

  async #picture(batch: GenerationBatch | EditBatch, look: number): Promise<TrainingBatch> {
    const encoding = this.#encoded.get(batch) ?? this.#encode(batch);
    this.#encoded.set(batch, encoding);
    const { bucket, clean, inputs } = await encoding;
    const { count } = batch.targets;
    const rng = createRng(this.#context.seed, 'flow', batch.index, look);
    const noise = normals(rng, clean.shape);
    const time = Float32Array.from({ length: count }, () => sampleTime(rng));
    return {
      bucket,
      samples: count,
      inputs: {
        ...inputs,
        clean,
        noise: hostTensor('f32', clean.shape, noise),
        time: hostTensor('f32', [count], time),
      },
    };
  }

  /** What the frozen parts of the model make of a batch. */
  async #encode(batch: GenerationBatch | EditBatch): Promise<EncodedBatch> {
    const { size, folder, seed } = this.#context;
    const { config } = folder;
    const { targets } = batch;
    const rng = createRng(seed, 'words', batch.index);
    const format = this.#format(targets, 'condition');
    const written =
      batch.family === 'edit'
        ? batch.instructions.map((instruction) => editPrompt(instruction))
        : batch.prompts.map((prompt) => generatePrompt(prompt));
    const dropped = written.map(() => rng.chance(size.dropWords ?? 0));
    const sequences = written.map((texts, sample) =>
      promptSequence(dropped[sample] ? unconditionalPrompt() : texts, format),
    );
    const length = paddedLength(sequences);
    const shown = { embeddingsEach: format.pictureEmbeddings, shared: batch.family === 'generation' };
    const language = {
      ...sequenceInputs(sequences, length, shown),
      ...(batch.family === 'edit' ? patchInputs(batch.sources, 'condition', config) : blankInputs(targets, config)),
    };
    return {
      bucket: bucketName(batch.family, targets, length),
      clean: await this.#latents(targets),
      inputs: {
        ...(batch.family === 'edit' && { context: await this.#latents(batch.sources) }),
        ...paddingInputs(sequences, length),
        ...(batch.family === 'generation' && this.#names && namedInputs(batch.scenes, (sample) => dropped[sample]!)),
        ...(this.#shows && thingInputs(batch.scenes, this.#tokensOf(targets))),
        ...(this.#throughWords
          ? language
          : { condition: await this.#condition(batch.family, targets, length, language) }),
      },
    };
  }

  async #latents(pictures: PictureStack): Promise<HostTensor> {
    const { config } = this.#context.folder;
    const { count, width, height } = pictures;
    const graph = await this.#frozen.get(`latents ${count} ${width}×${height}`, (builder) => ({
      latents: packedLatents(builder, config, [count, height, width]),
    }));
    const pixels = hostTensor('f32', [count, config.vae.imageChannels, height, width], planarFloats(pictures));
    return (await graph.run({ pixels }))['latents']!;
  }

  async #condition(
    family: 'generation' | 'edit',
    size: PictureSize,
    length: number,
    inputs: Readonly<Record<string, HostTensor>>,
  ): Promise<HostTensor> {
    const { config } = this.#context.folder;
    const shape = this.#sequenceShape(family, size, length);
    const graph = await this.#frozen.get(`condition ${bucketName(family, size, length)}`, (builder) => ({
      condition: conditionOf(sequenceStates(builder, config, shape)),
    }));
    return (await graph.run(inputs))['condition']!;
  }

  #format(pictures: PictureSize | null, glance: 'understanding' | 'condition'): SequenceFormat {
    const { config } = this.#context.folder;
    const pictureEmbeddings = pictures ? embeddingsOf(gridOf(pictures, glance, config.processor), config) : 0;
    return { tokenizer: this.#tokenizer, pictureEmbeddings, maxLength: config.multimodalMaxLength };
  }

  #sequenceShape(family: SampleFamily, size: PictureSize | null, length: number): SequenceShape {
    const { processor } = this.#context.folder.config;
    const batch = this.#context.size.batchSize;
    const glance = family === 'understanding' ? 'understanding' : 'condition';
    // Text → image always goes with the same blank picture.
    const count = family === 'generation' ? 1 : batch;
    return { batch, length, pictures: size && { count, grid: gridOf(size, glance, processor) } };
  }

  #flowShape(family: SampleFamily, size: PictureSize, length: number): FlowShape {
    const { rows, columns } = this.#tokensOf(size);
    return {
      batch: this.#context.size.batchSize,
      latents: { rows: 2 * rows, columns: 2 * columns },
      hasContext: family === 'edit',
      length,
      names: family === 'generation' && this.#names,
      shows: this.#shows,
      sequence: this.#throughWords ? this.#sequenceShape(family, size, length) : null,
    };
  }

  /** The grid of a picture's packed latents. */
  #tokensOf({ width, height }: PictureSize): { readonly rows: number; readonly columns: number } {
    const { factor } = this.#context.folder.config.vae;
    return { rows: height / (2 * factor), columns: width / (2 * factor) };
  }

  #families(): ReadonlySet<SampleFamily> {
    return new Set(Object.keys(this.#context.stage.mix).map((kind) => familyOf(kind as SampleKind)));
  }
}

function bucketName(family: SampleFamily, size: PictureSize | null, length: number): string {
  return size ? `${family} ${size.width}×${size.height} ${length}` : `${family} ${length}`;
}
