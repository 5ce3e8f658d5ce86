/**
 * @file ONNX's `ModelProto` as bytes: just the messages and fields this library writes, by the field numbers of onnx.proto.
 */
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Dim } from '../ir/dim.ts';
import type { TensorType } from '../ir/tensor-type.ts';
import type { OnnxAttribute, OnnxAttributes } from '../ops/op-definition.ts';
import { onnxDType } from '../ops/table/elementwise.ts';

/** A run of bytes in a file beside the model, where an initializer's elements lie. */
export interface ExternalData {
  /** Relative to the folder that is named when the session is made. */
  readonly file: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

export interface OnnxNode {
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: OnnxAttributes;
}

export interface OnnxInitializer extends TensorType {
  readonly name: string;
  readonly data: Uint8Array | ExternalData;
}

export interface OnnxModel {
  readonly inputs: readonly ({ readonly name: string } & TensorType)[];
  readonly outputs: readonly ({ readonly name: string } & TensorType)[];
  readonly initializers: readonly OnnxInitializer[];
  readonly nodes: readonly OnnxNode[];
}

const IR_VERSION = 10;
const OPSET_VERSION = 21;
const EXTERNAL = 1;

export function encodeModel(model: OnnxModel): Uint8Array {
  const writer = new BinaryWriter();
  writer.uint32(field(1, 0)).int64(IR_VERSION);
  writer.uint32(field(2, 2)).string('ovis-studio');
  message(writer, 7, (graph) => writeGraph(graph, model));
  for (const [domain, version] of [
    ['', OPSET_VERSION],
    ['com.microsoft', 1],
  ] as const) {
    message(writer, 8, (opset) => {
      opset.uint32(field(1, 2)).string(domain);
      opset.uint32(field(2, 0)).int64(version);
    });
  }
  return writer.finish();
}

/** A field's number and wire type (0 varint, 2 length-delimited, 5 four bytes) in one tag. */
function field(number: number, wireType: 0 | 2 | 5): number {
  return (number << 3) | wireType;
}

function message(writer: BinaryWriter, number: number, write: (writer: BinaryWriter) => void): void {
  writer.uint32(field(number, 2)).fork();
  write(writer);
  writer.join();
}

function strings(writer: BinaryWriter, number: number, values: readonly string[]): void {
  for (const value of values) writer.uint32(field(number, 2)).string(value);
}

function writeGraph(writer: BinaryWriter, model: OnnxModel): void {
  for (const node of model.nodes) message(writer, 1, (inner) => writeNode(inner, node));
  strings(writer, 2, ['graph']);
  for (const initializer of model.initializers) message(writer, 5, (inner) => writeInitializer(inner, initializer));
  for (const input of model.inputs) message(writer, 11, (inner) => writeValueInfo(inner, input.name, input));
  for (const output of model.outputs) message(writer, 12, (inner) => writeValueInfo(inner, output.name, output));
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  strings(writer, 1, node.inputs);
  strings(writer, 2, node.outputs);
  strings(writer, 4, [node.opType]);
  for (const [name, value] of Object.entries(node.attributes)) {
    message(writer, 5, (inner) => writeAttribute(inner, name, value));
  }
  if (node.domain) strings(writer, 7, [node.domain]);
}

function writeAttribute(writer: BinaryWriter, name: string, value: OnnxAttribute): void {
  const type = (code: number) => writer.uint32(field(20, 0)).int32(code);
  strings(writer, 1, [name]);
  if (typeof value === 'number') {
    writer.uint32(field(3, 0)).int64(value);
    type(2);
  } else if (typeof value === 'string') {
    writer.uint32(field(4, 2)).string(value);
    type(3);
  } else if ('float' in value) {
    writer.uint32(field(2, 5)).float(value.float);
    type(1);
  } else {
    for (const item of value) writer.uint32(field(8, 0)).int64(item);
    type(7);
  }
}

function writeInitializer(writer: BinaryWriter, { name, dtype, shape, data }: OnnxInitializer): void {
  for (const dim of shape) writer.uint32(field(1, 0)).int64(dim);
  writer.uint32(field(2, 0)).int32(onnxDType(dtype));
  strings(writer, 8, [name]);
  if (data instanceof Uint8Array) {
    writer.uint32(field(9, 2)).bytes(data);
    return;
  }
  const location = { location: data.file, offset: data.offsetBytes, length: data.sizeBytes };
  for (const [key, value] of Object.entries(location)) {
    message(writer, 13, (entry) => writeEntry(entry, key, String(value)));
  }
  writer.uint32(field(14, 0)).int32(EXTERNAL);
}

function writeEntry(writer: BinaryWriter, key: string, value: string): void {
  strings(writer, 1, [key]);
  strings(writer, 2, [value]);
}

function writeValueInfo(writer: BinaryWriter, name: string, { dtype, shape }: TensorType): void {
  strings(writer, 1, [name]);
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      tensor.uint32(field(1, 0)).int32(onnxDType(dtype));
      message(tensor, 2, (dims) => {
        for (const dim of shape) message(dims, 1, (inner) => writeDim(inner, dim));
      });
    }),
  );
}

function writeDim(writer: BinaryWriter, dim: Dim): void {
  if (typeof dim === 'number') writer.uint32(field(1, 0)).int64(dim);
  else writer.uint32(field(2, 2)).string(dim);
}
