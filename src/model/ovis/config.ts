import { ConfigFields } from './config-fields.ts';

/** Everything that a checkpoint's JSON files say about the model's sizes. All graphs and processing read only this. */
export interface OvisConfig {
  readonly vision: VisionConfig;
  readonly llm: LlmConfig;
  readonly refiner: RefinerConfig;
  readonly decoder: DecoderConfig;
  readonly vae: VaeConfig;
  readonly processor: ImageProcessorConfig;
  /** Longest language model sequence; longer ones keep their last tokens. */
  readonly multimodalMaxLength: number;
}

/** The AIMv2 encoder with the adapter's visual vocabulary. */
export interface VisionConfig {
  readonly hiddenSize: number;
  /** Inner width of the SwiGLU MLP. */
  readonly intermediateSize: number;
  readonly blockCount: number;
  readonly headCount: number;
  readonly headSize: number;
  /** Colour channels of a patch: always RGB. */
  readonly channels: 3;
  /** Side of a patch in pixels. */
  readonly patchSize: number;
  /** Side of a merge group in patches: mergeSize² patches become one embedding. */
  readonly mergeSize: number;
  /** Side of the learned position table in patches; the table has tableSize² rows. */
  readonly tableSize: number;
  /** Side of an attention window in pixels. */
  readonly windowSize: number;
  /** Blocks that see their whole image while the others see windows; null: every block sees its whole image. */
  readonly fullAttentionBlocks: readonly number[] | null;
  readonly normEps: number;
  readonly ropeTheta: number;
  /** V: rows of `vte`, the four indicator rows included. */
  readonly vocabularySize: number;
  /** V − 4: columns of the adapter's head and softmax. */
  readonly classCount: number;
}

/** The Qwen3 language model. */
export interface LlmConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layerCount: number;
  readonly headCount: number;
  readonly kvHeadCount: number;
  readonly headSize: number;
  readonly vocabularySize: number;
  readonly maxPositions: number;
  readonly normEps: number;
  readonly ropeTheta: number;
}

/** `txt_in` of the generator: all of it follows from the decoder's width and heads. */
export interface RefinerConfig {
  /** Channels of a condition: two hidden states of the language model side by side. */
  readonly conditionSize: number;
  readonly hiddenSize: number;
  readonly blockCount: number;
  /** Twice the decoder's. */
  readonly headCount: number;
  readonly headSize: number;
  readonly mlpSize: number;
}

/** The MMDiT with its schedule. */
export interface DecoderConfig {
  readonly hiddenSize: number;
  readonly doubleBlockCount: number;
  readonly singleBlockCount: number;
  readonly headCount: number;
  readonly headSize: number;
  readonly mlpSize: number;
  /** Whether the qkv projections of the double blocks have biases. */
  readonly qkvBias: boolean;
  /** Channels of a packed latent token: latent channels × 2 × 2. */
  readonly tokenChannels: number;
  /** Rotary channels per axis (time, row, column); they add up to headSize. */
  readonly ropeAxes: readonly [number, number, number];
  readonly ropeTheta: number;
  readonly schedule: ScheduleConfig;
}

/** How timesteps are shifted towards noise, see `timesteps`. */
export interface ScheduleConfig {
  readonly shift: boolean;
  /** μ at 256 image tokens. */
  readonly baseShift: number;
  /** μ at 4096 image tokens. */
  readonly maxShift: number;
}

/** diffusers' AutoencoderKL. */
export interface VaeConfig {
  /** Colour channels of the pictures: always RGB. */
  readonly imageChannels: 3;
  readonly latentChannels: number;
  /** Channels per level, from the picture inwards. */
  readonly blockChannels: readonly number[];
  /** Encoder resnets per level; the decoder has one more. */
  readonly layersPerBlock: number;
  readonly normGroups: number;
  /** What latents are multiplied with between the VAE and the decoder. */
  readonly scalingFactor: number;
  /** Pixels per latent cell along a side: every level but the last halves it. */
  readonly factor: number;
}

/** The image processor in front of the vision encoder (`preprocessor_config.json`). */
export interface ImageProcessorConfig {
  readonly patchSize: number;
  readonly mergeSize: number;
  /** Smallest area in pixels² that a picture is enlarged to; also the largest area of a condition picture. */
  readonly minPixels: number;
  /** Largest area in pixels² that a picture is reduced to. */
  readonly maxPixels: number;
  /** What 8-bit values are multiplied with before the mean is subtracted. */
  readonly rescaleFactor: number;
  /** Per channel, RGB, after rescaling. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Rows at the end of `vte` that stand for indicator tokens and not for classes of the softmax. */
const INDICATOR_ROWS = 4;
/** The reference builds its refiner with these whatever the configuration says. */
const REFINER_BLOCKS = 2;
const REFINER_MLP_RATIO = 4;
/** Latents are packed two by two into tokens. */
const LATENT_PATCH_AREA = 4;

/**
 * Reads the parsed `config.json` and `preprocessor_config.json` of a checkpoint. Where a field may be absent, the
 * fallback is the default of the configuration class it was written by.
 *
 * @throws AppError `model-config-invalid`, naming the field, when a field is missing, out of range, inconsistent with
 *   another one, or asks for a variant of the architecture that we do not have.
 */
export function parseOvisConfig(files: { readonly config: unknown; readonly preprocessorConfig: unknown }): OvisConfig {
  const root = new ConfigFields(files.config, 'config.json');
  root.expect('model_type', 'ovis_u1');
  const vision = parseVision(root.object('visual_tokenizer_config'));
  const llm = parseLlm(root.object('llm_config'));
  const generator = root.object('visual_generator_config');
  const vae = parseVae(generator.object('vae_config'));
  return {
    vision,
    llm,
    refiner: parseRefiner(generator, llm),
    decoder: parseDecoder(generator, vae),
    vae,
    processor: parseProcessor(new ConfigFields(files.preprocessorConfig, 'preprocessor_config.json'), vision),
    multimodalMaxLength: root.size('multimodal_max_length'),
  };
}

function parseVision(tokenizer: ConfigFields): VisionConfig {
  // The tokenizer level repeats many fields of the backbone, in other forms; the backbone's are the ones in force.
  const backbone = tokenizer.object('backbone_config');
  tokenizer.expect('tokenize_function', 'softmax');
  tokenizer.expect('tau', 1);
  backbone.expect('num_channels', 3);
  backbone.expect('disable_rope', false);
  backbone.expect('qkv_bias', false);
  backbone.expect('use_bias', false);
  backbone.expect('temporal_patch_size', 1);
  backbone.expect('preserve_original_pe', true);
  backbone.expect('interpolate_pe_method', 'two_dim');

  const hiddenSize = backbone.size('hidden_size');
  const headCount = backbone.size('num_attention_heads');
  const headSize = hiddenSize / headCount;
  if (headSize % 4 !== 0) {
    throw backbone.invalid('num_attention_heads', 'must split hidden_size into heads of a multiple of 4 channels');
  }
  const patchSize = backbone.size('patch_size', 14);
  const mergeSize = backbone.size('hidden_stride', 2);
  const imageSize = backbone.size('image_size');
  if (imageSize % patchSize !== 0) throw backbone.invalid('image_size', 'must be a multiple of patch_size');
  const windowSize = backbone.size('window_size', 112);
  if (windowSize < patchSize * mergeSize) {
    throw backbone.invalid('window_size', 'must hold at least one group of hidden_stride × hidden_stride patches');
  }
  const vocabularySize = tokenizer.size('vocab_size');
  if (vocabularySize <= INDICATOR_ROWS) throw tokenizer.invalid('vocab_size', `must be above ${INDICATOR_ROWS}`);
  const blockCount = backbone.size('num_hidden_layers');
  return {
    hiddenSize,
    intermediateSize: backbone.size('intermediate_size'),
    blockCount,
    headCount,
    headSize,
    channels: 3,
    patchSize,
    mergeSize,
    tableSize: imageSize / patchSize,
    windowSize,
    fullAttentionBlocks: backbone.indexes('fullatt_block_indexes', blockCount),
    normEps: backbone.positive('rms_norm_eps', 1e-5),
    ropeTheta: backbone.positive('rope_theta', 10_000),
    vocabularySize,
    classCount: vocabularySize - INDICATOR_ROWS,
  };
}

function parseLlm(llm: ConfigFields): LlmConfig {
  llm.expect('model_type', 'qwen3');
  llm.expect('hidden_act', 'silu');
  llm.expect('attention_bias', false);
  llm.expect('use_sliding_window', false);
  llm.expect('rope_scaling', null);
  llm.expect('tie_word_embeddings', true);
  const headCount = llm.size('num_attention_heads');
  const kvHeadCount = llm.size('num_key_value_heads', headCount);
  if (headCount % kvHeadCount !== 0) {
    throw llm.invalid('num_key_value_heads', 'must divide num_attention_heads');
  }
  const headSize = llm.size('head_dim', 128);
  if (headSize % 2 !== 0) throw llm.invalid('head_dim', 'must be even');
  return {
    hiddenSize: llm.size('hidden_size'),
    intermediateSize: llm.size('intermediate_size'),
    layerCount: llm.size('num_hidden_layers'),
    headCount,
    kvHeadCount,
    headSize,
    vocabularySize: llm.size('vocab_size'),
    maxPositions: llm.size('max_position_embeddings', 32_768),
    normEps: llm.positive('rms_norm_eps', 1e-6),
    ropeTheta: llm.positive('rope_theta', 10_000),
  };
}

function parseRefiner(generator: ConfigFields, llm: LlmConfig): RefinerConfig {
  generator.expect('txt_type', 'refiner');
  const hiddenSize = generator.size('hidden_size');
  const headCount = 2 * generator.size('num_heads');
  if (hiddenSize % headCount !== 0) {
    throw generator.invalid('num_heads', 'must split hidden_size evenly, also when doubled for the refiner');
  }
  const conditionSize = generator.size('context_in_dim');
  if (conditionSize !== 2 * llm.hiddenSize) {
    throw generator.invalid('context_in_dim', 'must be twice the hidden_size of llm_config');
  }
  return {
    conditionSize,
    hiddenSize,
    blockCount: REFINER_BLOCKS,
    headCount,
    headSize: hiddenSize / headCount,
    mlpSize: REFINER_MLP_RATIO * hiddenSize,
  };
}

function parseDecoder(generator: ConfigFields, vae: VaeConfig): DecoderConfig {
  generator.expect('guidance_embed', false);
  const hiddenSize = generator.size('hidden_size');
  const headCount = generator.size('num_heads');
  const headSize = hiddenSize / headCount;
  const [time, row, column, ...rest] = generator.sizes('axes_dim');
  if (time === undefined || row === undefined || column === undefined || rest.length > 0) {
    throw generator.invalid('axes_dim', 'must have 3 entries');
  }
  if ([time, row, column].some((size) => size % 2 !== 0) || time + row + column !== headSize) {
    throw generator.invalid('axes_dim', 'must hold even numbers that add up to hidden_size / num_heads');
  }
  if (generator.size('vec_in_dim') !== hiddenSize) throw generator.invalid('vec_in_dim', 'must equal hidden_size');
  const tokenChannels = generator.size('in_channels');
  if (tokenChannels !== vae.latentChannels * LATENT_PATCH_AREA) {
    throw generator.invalid('in_channels', `must be ${LATENT_PATCH_AREA} times the latent_channels of vae_config`);
  }
  if (generator.size('out_channels', tokenChannels) !== tokenChannels) {
    throw generator.invalid('out_channels', 'must equal in_channels');
  }
  const mlpSize = Math.trunc(hiddenSize * generator.positive('mlp_ratio'));
  if (mlpSize < 1) throw generator.invalid('mlp_ratio', 'must give an MLP of at least one channel');
  return {
    hiddenSize,
    doubleBlockCount: generator.size('depth'),
    singleBlockCount: generator.size('depth_single_blocks'),
    headCount,
    headSize,
    mlpSize,
    qkvBias: generator.boolean('qkv_bias', true),
    tokenChannels,
    ropeAxes: [time, row, column],
    ropeTheta: generator.positive('theta', 10_000),
    schedule: {
      shift: generator.boolean('timestep_shift', false),
      baseShift: generator.number('base_shift', 0.5),
      maxShift: generator.number('max_shift', 1.15),
    },
  };
}

function parseVae(vae: ConfigFields): VaeConfig {
  vae.expect('act_fn', 'silu');
  vae.expect('use_quant_conv', true);
  vae.expect('use_post_quant_conv', true);
  vae.expect('mid_block_add_attention', true);
  vae.expectEach('down_block_types', 'DownEncoderBlock2D');
  vae.expectEach('up_block_types', 'UpDecoderBlock2D');
  vae.expect('in_channels', 3);
  vae.expect('out_channels', 3);
  const blockChannels = vae.sizes('block_out_channels');
  const normGroups = vae.size('norm_num_groups', 32);
  if (blockChannels.some((channels) => channels % normGroups !== 0)) {
    throw vae.invalid('norm_num_groups', 'must divide every entry of block_out_channels');
  }
  return {
    imageChannels: 3,
    latentChannels: vae.size('latent_channels', 4),
    blockChannels,
    layersPerBlock: vae.size('layers_per_block', 1),
    normGroups,
    scalingFactor: vae.positive('scaling_factor', 0.18215),
    factor: 2 ** (blockChannels.length - 1),
  };
}

function parseProcessor(processor: ConfigFields, vision: VisionConfig): ImageProcessorConfig {
  const BICUBIC = 3; // Pillow's number of the filter
  processor.expect('resample', BICUBIC);
  processor.expect('temporal_patch_size', 1);
  const patchSize = processor.size('patch_size', vision.patchSize);
  if (patchSize !== vision.patchSize) throw processor.invalid('patch_size', "must equal the vision backbone's");
  const mergeSize = processor.size('hidden_stride', vision.mergeSize);
  if (mergeSize !== vision.mergeSize) throw processor.invalid('hidden_stride', "must equal the vision backbone's");
  const minPixels = processor.size('min_pixels');
  const maxPixels = processor.size('max_pixels');
  if (minPixels > maxPixels) throw processor.invalid('min_pixels', 'must not be above max_pixels');
  const std = processor.colour('image_std');
  if (std.some((value) => value <= 0)) throw processor.invalid('image_std', 'must hold numbers above 0');
  return {
    patchSize,
    mergeSize,
    minPixels,
    maxPixels,
    rescaleFactor: processor.positive('rescale_factor', 1 / 255),
    mean: processor.colour('image_mean'),
    std,
  };
}
