import { expect, it } from 'vitest';
import { AppError } from '#base/app-error';
import { describeGolden, fixtureConfigFiles } from '#testing/goldens';
import { parseOvisConfig } from './config.ts';

type Json = Record<string, unknown>;

/** The fixture's files after `change` has spoilt something in them. */
function spoilt(change: (config: Json, preprocessorConfig: Json) => void) {
  const files = structuredClone(fixtureConfigFiles()) as { config: Json; preprocessorConfig: Json };
  change(files.config, files.preprocessorConfig);
  return files;
}

/** The nested object at `path`, to write into. */
function at(json: Json, ...path: string[]): Json {
  let object = json;
  for (const name of path) object = object[name] as Json;
  return object;
}

function errorOf(files: { config: unknown; preprocessorConfig: unknown }): AppError {
  try {
    parseOvisConfig(files);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('The configuration was accepted');
}

describeGolden('parseOvisConfig', () => {
  it('reads every size of a checkpoint', () => {
    expect(parseOvisConfig(fixtureConfigFiles())).toEqual({
      vision: {
        hiddenSize: 32,
        intermediateSize: 88,
        blockCount: 2,
        headCount: 2,
        headSize: 16,
        channels: 3,
        patchSize: 14,
        mergeSize: 2,
        tableSize: 4,
        windowSize: 112,
        fullAttentionBlocks: null,
        normEps: 1e-5,
        ropeTheta: 10_000,
        vocabularySize: 128,
        classCount: 124,
      },
      llm: {
        hiddenSize: 64,
        intermediateSize: 128,
        layerCount: 3,
        headCount: 4,
        kvHeadCount: 2,
        headSize: 16,
        vocabularySize: 512,
        maxPositions: 40_960,
        normEps: 1e-6,
        ropeTheta: 1_000_000,
      },
      refiner: { conditionSize: 128, hiddenSize: 64, blockCount: 2, headCount: 4, headSize: 16, mlpSize: 256 },
      decoder: {
        hiddenSize: 64,
        doubleBlockCount: 2,
        singleBlockCount: 2,
        headCount: 2,
        headSize: 32,
        mlpSize: 256,
        qkvBias: true,
        tokenChannels: 16,
        ropeAxes: [8, 12, 12],
        ropeTheta: 10_000,
        schedule: { shift: true, baseShift: 0.5, maxShift: 1.15 },
      },
      vae: {
        imageChannels: 3,
        latentChannels: 4,
        blockChannels: [16, 24, 32, 32],
        layersPerBlock: 2,
        normGroups: 8,
        scalingFactor: 0.13025,
        factor: 8,
      },
      processor: {
        patchSize: 14,
        mergeSize: 2,
        minPixels: 3136,
        maxPixels: 50_176,
        rescaleFactor: 1 / 255,
        mean: [0.48145466, 0.4578275, 0.40821073],
        std: [0.26862954, 0.26130258, 0.27577711],
      },
      multimodalMaxLength: 4496,
    });
  });

  it('believes the list of full attention blocks of the backbone, not the text of the tokenizer', () => {
    const files = spoilt((config) => {
      at(config, 'visual_tokenizer_config')['fullatt_block_indexes'] = '0';
      at(config, 'visual_tokenizer_config', 'backbone_config')['fullatt_block_indexes'] = [1];
    });
    expect(parseOvisConfig(files).vision.fullAttentionBlocks).toEqual([1]);
  });

  it('reads full attention blocks written as text', () => {
    const files = spoilt((config) => {
      at(config, 'visual_tokenizer_config', 'backbone_config')['fullatt_block_indexes'] = '1|0|1';
    });
    expect(parseOvisConfig(files).vision.fullAttentionBlocks).toEqual([0, 1]);
  });

  it.each<[string, (config: Json, preprocessorConfig: Json) => void]>([
    ['config.json: llm_config', (c) => delete c['llm_config']],
    ['config.json: model_type', (c) => (c['model_type'] = 'llama')],
    ['config.json: multimodal_max_length', (c) => (c['multimodal_max_length'] = -1)],
    ['config.json: llm_config.hidden_size', (c) => (at(c, 'llm_config')['hidden_size'] = '64')],
    ['config.json: llm_config.vocab_size', (c) => (at(c, 'llm_config')['vocab_size'] = 1e300)],
    ['config.json: llm_config.num_key_value_heads', (c) => (at(c, 'llm_config')['num_key_value_heads'] = 3)],
    ['config.json: llm_config.rope_scaling', (c) => (at(c, 'llm_config')['rope_scaling'] = { type: 'yarn' })],
    ['config.json: llm_config.rms_norm_eps', (c) => (at(c, 'llm_config')['rms_norm_eps'] = 0)],
    ['config.json: visual_generator_config.context_in_dim', (c) => (at(c, 'llm_config')['hidden_size'] = 32)],
    [
      'config.json: visual_generator_config.axes_dim',
      (c) => (at(c, 'visual_generator_config')['axes_dim'] = [8, 12, 14]),
    ],
    ['config.json: visual_generator_config.axes_dim', (c) => (at(c, 'visual_generator_config')['axes_dim'] = [32])],
    [
      'config.json: visual_generator_config.vae_config.norm_num_groups',
      (c) => (at(c, 'visual_generator_config', 'vae_config')['norm_num_groups'] = 7),
    ],
    [
      'config.json: visual_generator_config.vae_config.block_out_channels',
      (c) => (at(c, 'visual_generator_config', 'vae_config')['block_out_channels'] = []),
    ],
    [
      'config.json: visual_generator_config.vae_config.down_block_types',
      (c) => (at(c, 'visual_generator_config', 'vae_config')['down_block_types'] = ['AttnDownEncoderBlock2D']),
    ],
    [
      'config.json: visual_tokenizer_config.backbone_config.fullatt_block_indexes',
      (c) => (at(c, 'visual_tokenizer_config', 'backbone_config')['fullatt_block_indexes'] = [2]),
    ],
    [
      'config.json: visual_tokenizer_config.backbone_config.window_size',
      (c) => (at(c, 'visual_tokenizer_config', 'backbone_config')['window_size'] = 27),
    ],
    ['config.json: visual_tokenizer_config.vocab_size', (c) => (at(c, 'visual_tokenizer_config')['vocab_size'] = 4)],
    ['preprocessor_config.json: image_std', (_, p) => (p['image_std'] = [0.2, 0, 0.2])],
    ['preprocessor_config.json: image_mean', (_, p) => (p['image_mean'] = [0.5])],
    ['preprocessor_config.json: min_pixels', (_, p) => (p['min_pixels'] = 50_177)],
    ['preprocessor_config.json: patch_size', (_, p) => (p['patch_size'] = 16)],
  ])('names %s when it is not usable', (field, change) => {
    const error = errorOf(spoilt(change));
    expect(error.code).toBe('model-config-invalid');
    expect(error.data['field']).toBe(field);
    expect(error.message).toContain(field);
  });

  it.each([null, 7, 'config', [], { __proto__: { model_type: 'ovis_u1' } }])(
    'refuses %j in place of a file',
    (config) => {
      expect(errorOf({ ...fixtureConfigFiles(), config }).code).toBe('model-config-invalid');
    },
  );
});
