import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeGolden,
  fixtureConfigFiles,
  fixtureTensor,
  loadCase,
  maxDifference,
  type GoldenCase,
} from '#testing/goldens';
import { parseOvisConfig } from '../config.ts';
import { densePositionWeights, positionTaps } from './position-table.ts';
import { decoderRope, llmRope, visionRope } from './rope.ts';
import { frameBoundaries, patchCount, visionPositions, windowOrder, type VisionGrid } from './vision-layout.ts';

function grids(golden: GoldenCase): VisionGrid[] {
  const { data } = golden.i32('in.grid_thw');
  return Array.from({ length: data.length / 3 }, (_, i) => {
    const [frames, rows, columns] = data.subarray(i * 3);
    return { frames: frames!, rows: rows!, columns: columns! };
  });
}

describeGolden('vision layout against the reference', () => {
  const { vision, decoder } = parseOvisConfig(fixtureConfigFiles());

  it.each(['vision_square', 'vision_nonsquare', 'vision_packed', 'vision_video'])('%s: windows', (id) => {
    const golden = loadCase(id);
    const order = windowOrder(grids(golden), vision);
    expect([...order.groups]).toEqual([...golden.i32('dbg.window_index').data]);
    expect([...order.boundaries]).toEqual([...golden.i32('dbg.cu_window_seqlens').data]);
  });

  it('vision_packed: rotary angles', () => {
    const golden = loadCase('vision_packed');
    const table = visionRope(visionPositions(grids(golden), vision.mergeSize), vision);
    const angles = golden.f32('dbg.rot_pos_freqs');
    expect(table.shape).toEqual(angles.shape);
    expect(maxDifference(table.cos, angles.data.map(Math.cos))).toBeLessThan(1e-6);
    expect(maxDifference(table.sin, angles.data.map(Math.sin))).toBeLessThan(1e-6);
  });

  it('vision_packed: the resized position table', () => {
    const golden = loadCase('vision_packed');
    const taps = positionTaps(grids(golden), vision);
    const position = fixtureTensor('visual_tokenizer.backbone.preprocessor.pos_embed').data;
    const channels = vision.hiddenSize;
    const added = golden.f32('dbg.patchifier').data.map((value, i) => {
      const token = Math.floor(i / channels);
      let sum = 0;
      for (let tap = token * 16; tap < token * 16 + 16; tap++) {
        sum += taps.weights[tap]! * position[taps.indices[tap]! * channels + (i % channels)]!;
      }
      return value + sum;
    });
    expect(maxDifference(added, golden.f32('dbg.preprocessor').data)).toBeLessThan(1e-5);
  });

  it.each(['mmdit', 'mmdit_cond'])('%s: rotary matrices of the decoder', (id) => {
    const golden = loadCase(id);
    const parts = ['in.txt_ids', 'in.img_ids', 'in.cond_img_ids'].filter((name) => golden.names.includes(name));
    const positions = Float32Array.from(parts.flatMap((name) => Array.from(golden.f32(name).data)));
    const { cos, sin } = decoderRope(positions, decoder);
    const matrices = golden.f32('dbg.rope_matrices').data; // [[cos, −sin], [sin, cos]]
    const built = Float32Array.from([...cos].flatMap((c, i) => [c, -sin[i]!, sin[i]!, c]));
    expect(maxDifference(built, matrices)).toBeLessThan(1e-6);
  });
});

const aGrid = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .map(([frames, rows, columns]): VisionGrid => ({ frames, rows: rows * 2, columns: columns * 2 }));
const someGrids = fc.array(aGrid, { minLength: 1, maxLength: 3 });

describe('windows', () => {
  it('permute the groups, stay within a frame and are nowhere empty', () => {
    fc.assert(
      fc.property(someGrids, fc.integer({ min: 1, max: 6 }), (grids, side) => {
        const order = windowOrder(grids, { windowSize: side * 28 + 5, patchSize: 14, mergeSize: 2 });
        expect([...order.groups].sort((a, b) => a - b)).toEqual([...order.groups.keys()]);
        expect([...order.inverse].map((i) => order.groups[i])).toEqual([...order.groups.keys()]);
        const sizes = [...order.boundaries].slice(1).map((end, i) => end - order.boundaries[i]!);
        expect(Math.min(...sizes)).toBeGreaterThan(0);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(side * side * 4);
        expect(order.boundaries.at(-1)).toBe(patchCount(grids));
        const windows = new Set(order.boundaries);
        expect([...frameBoundaries(grids)].every((boundary) => windows.has(boundary))).toBe(true);
      }),
    );
  });
});

describe('the position table', () => {
  const size = { tableSize: 8, mergeSize: 2 };

  it('is only reordered when the grid has its size', () => {
    const grid = { frames: 1, rows: 8, columns: 8 };
    const dense = densePositionWeights(positionTaps([grid], size), 8);
    const { rows, columns } = visionPositions([grid], 2);
    const wanted = new Float32Array(64 * 64);
    rows.forEach((row, token) => (wanted[token * 64 + row * 8 + columns[token]!] = 1));
    expect(dense).toEqual(wanted);
  });

  it('gives weights that add up to one, for any grids', () => {
    fc.assert(
      fc.property(someGrids, (grids) => {
        const taps = positionTaps(grids, size);
        const dense = densePositionWeights(taps, 8);
        const sums = Array.from({ length: patchCount(grids) }, (_, i) =>
          dense.subarray(i * 64, i * 64 + 64).reduce((sum, weight) => sum + weight, 0),
        );
        expect(
          maxDifference(
            sums,
            sums.map(() => 1),
          ),
        ).toBeLessThan(1e-5);
      }),
    );
  });
});

describe('llmRope', () => {
  it('turns pair i by position · θ^(−2i / headSize)', () => {
    const { cos, sin, shape } = llmRope(3, { headSize: 4, ropeTheta: 100 });
    expect(shape).toEqual([3, 2]);
    const angles = [0, 0, 1, 0.1, 2, 0.2];
    expect(maxDifference(cos, angles.map(Math.cos))).toBeLessThan(1e-7);
    expect(maxDifference(sin, angles.map(Math.sin))).toBeLessThan(1e-7);
  });

  it('can start anywhere', () => {
    const config = { headSize: 8, ropeTheta: 1e6 };
    expect(llmRope(2, config, { from: 4000 }).cos).toEqual(llmRope(4002, config).cos.subarray(4000 * 4));
  });
});
