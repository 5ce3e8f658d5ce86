/** @file ONNX models of a few nodes, written by hand: for tests of the runtime that should not depend on our own graph library. */

const types = { f32: 1, u8: 2, i8: 3, i32: 6, i64: 7, bool: 9, f16: 10 } as const;

interface Port {
  readonly name: string;
  readonly dtype: keyof typeof types;
  readonly shape: readonly (number | string)[];
}

interface ExternalWeight extends Port {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

interface TinyModel {
  readonly nodes: readonly { op: string; inputs: readonly string[]; outputs: readonly string[] }[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly weights?: readonly ExternalWeight[];
}

/** The bytes of a model in the ONNX format, opset 21. */
export function tinyOnnx({ nodes, inputs, outputs, weights = [] }: TinyModel): Uint8Array {
  const graph = [
    ...nodes.map((node) =>
      message(1, [
        ...node.inputs.map((name) => text(1, name)),
        ...node.outputs.map((name) => text(2, name)),
        text(4, node.op),
      ]),
    ),
    text(2, 'tiny'),
    ...weights.map((weight) =>
      message(5, [
        ...weight.shape.map((extent) => integer(1, Number(extent))),
        integer(2, types[weight.dtype]),
        text(8, weight.name),
        ...(['location', 'offset', 'length'] as const).map((key) =>
          message(13, [text(1, key), text(2, String(weight[key]))]),
        ),
        integer(14, 1),
      ]),
    ),
    ...inputs.map((port) => valueInfo(11, port)),
    ...outputs.map((port) => valueInfo(12, port)),
  ];
  return Uint8Array.from([integer(1, 10), message(7, graph), message(8, [integer(2, 21)])].flat());
}

function valueInfo(field: number, { name, dtype, shape }: Port): number[] {
  const extents = shape.map((extent) =>
    message(1, [typeof extent === 'string' ? text(2, extent) : integer(1, extent)]),
  );
  return message(field, [text(1, name), message(2, [message(1, [integer(1, types[dtype]), message(2, extents)])])]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

function integer(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)];
}

function message(field: number, parts: readonly number[][]): number[] {
  const body = parts.flat();
  return [...varint(field * 8 + 2), ...varint(body.length), ...body];
}

function text(field: number, value: string): number[] {
  return message(field, [[...new TextEncoder().encode(value)]]);
}
