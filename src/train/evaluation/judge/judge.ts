import { toRgb } from '#model/ovis/processing/rgb';
import { float32Of } from '#model/weights/tensor-data';
import { readSafetensors } from '#model/weights/node/safetensors-file';
import { resize } from '#raster/resize';
import type { Raster } from '#raster/raster';
import * as t from '#model/ops/tensor';

import { planarFloats } from '../../data/batches/batch.ts';
import { verdict, type Box, type Detection, type Wanted } from '../../data/evaluation/wanted.ts';
import type { LabelledPicture } from '../../data/judge-data.ts';
import type { ColorId } from '../../data/vocabulary/colors.ts';
import { floats, hostTensor, type LoadGraph } from '../../runtime.ts';
import type { Weights } from '../../session/training-state.ts';
import { COLOR_COUNT, THING_COUNT } from '../../recipe/assembly/things.ts';
import { frozenGraph, type FrozenGraph } from '../../recipe/run/frozen-graph.ts';
import { detectionsOf, type CellLook } from './detections.ts';
import { CELLS, JUDGE_SIDE, judge } from './judge-network.ts';

/** Looks at pictures and says what is in them. Release it at the end. */
export class Judge {
  readonly #graph: FrozenGraph;

  private constructor(graph: FrozenGraph) {
    this.#graph = graph;
  }

  /** @param file of `writeJudge` @throws AppError `safetensors-invalid`, `file-missing` */
  static async open(file: string, loadGraph: LoadGraph): Promise<Judge> {
    const weights = new Map<string, Float32Array>();
    for (const [name, tensor] of await readSafetensors(file)) weights.set(name, float32Of(tensor));
    return Judge.of(weights, loadGraph);
  }

  static async of(weights: Weights, loadGraph: LoadGraph): Promise<Judge> {
    const graph = await frozenGraph(
      (builder) => {
        const { things, colors, boxes } = judge(
          builder,
          builder.input('pixels', 'f32', [1, 3, JUDGE_SIDE, JUDGE_SIDE]),
        );
        return { things: t.softmax(things), colors: t.softmax(colors), boxes };
      },
      weights,
      loadGraph,
    );
    return new Judge(graph);
  }

  /** What is in a picture, the surest first; boxes in pixels of a picture of 128×128. */
  async look(picture: Raster): Promise<Detection[]> {
    const rgb = resize(toRgb(picture), { width: JUDGE_SIDE, height: JUDGE_SIDE });
    const pixels = planarFloats({
      count: 1,
      width: JUDGE_SIDE,
      height: JUDGE_SIDE,
      channels: 3,
      data: new Uint8Array(rgb.data),
    });
    const outputs = await this.#graph.run({ pixels: hostTensor('f32', [1, 3, JUDGE_SIDE, JUDGE_SIDE], pixels) });
    const [things, colors, boxes] = [floats(outputs['things']), floats(outputs['colors']), floats(outputs['boxes'])];
    const looks = Array.from({ length: CELLS ** 2 }, (_, cell): CellLook => {
      const { index, value } = best(things.subarray(cell * THING_COUNT, (cell + 1) * THING_COUNT - 1));
      const color = best(colors.subarray(cell * COLOR_COUNT, (cell + 1) * COLOR_COUNT)).index;
      return { cell, thing: index, sureness: value, color, box: boxOf(cell, boxes.subarray(cell * 4, cell * 4 + 4)) };
    });
    return detectionsOf(looks);
  }

  release(): Promise<void> {
    return this.#graph.release();
  }
}

/** How often the judge is wrong about pictures whose truth is known: what a score of 1 would be measured as. */
export async function judgeAccuracy(
  judge: Judge,
  pictures: (index: number) => LabelledPicture,
  count: number,
): Promise<number> {
  let right = 0;
  for (let index = 0; index < count; index++) {
    const { picture, boxes } = pictures(index);
    if (verdict(wantedOfLabels(boxes), await judge.look(picture)).met) right++;
  }
  return right / count;
}

/** Everything that a labelled picture shows: what, how many, and in which colours where they have names. */
function wantedOfLabels(boxes: LabelledPicture['boxes']): Wanted {
  const groups = new Map<string, { object: string; count: number; exactly: boolean; color?: ColorId }>();
  for (const { object, color } of boxes) {
    const key = `${object} ${color}`;
    const group = groups.get(key);
    if (group) group.count++;
    else groups.set(key, { object, count: 1, exactly: true, ...(color && { color }) });
  }
  return { objects: [...groups.values()] };
}

function best(values: Float32Array): { index: number; value: number } {
  let index = 0;
  for (let at = 1; at < values.length; at++) if (values[at]! > values[index]!) index = at;
  return { index, value: values[index]! };
}

function boxOf(cell: number, [x, y, w, h]: Float32Array): Box {
  const side = JUDGE_SIDE / CELLS;
  const [width, height] = [w! * JUDGE_SIDE, h! * JUDGE_SIDE];
  const centreX = ((cell % CELLS) + x!) * side;
  const centreY = (Math.floor(cell / CELLS) + y!) * side;
  return { x: centreX - width / 2, y: centreY - height / 2, width, height };
}
