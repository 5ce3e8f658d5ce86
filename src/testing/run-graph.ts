import { finishGraph, Scope, type Value } from '#model/ir/graph';
import { verifyGraph } from '#model/ir/verify';
import { emitOnnx, type ParameterData } from '#model/onnx/emit';
import { createSession } from '#engine/ort/ort-session';
import type { Device } from '#shared/contract/device';
import type { Tensor } from '#engine/ort/tensor';

/**
 * Builds, verifies and runs a graph once on onnxruntime: for tests of operations and layers.
 *
 * @param inputs Everything that is fed; parameters that are not in `parameters` are fed too.
 */
export async function runGraph<Name extends string>(
  build: (scope: Scope) => Record<Name, Value>,
  inputs: Readonly<Record<string, Tensor>>,
  options: {
    readonly device?: Device;
    readonly parameters?: (name: string) => ParameterData;
    readonly externalDataFolder?: string;
  } = {},
): Promise<Record<Name, Tensor>> {
  const graph = finishGraph(build(new Scope()));
  verifyGraph(graph);
  const session = await createSession(
    emitOnnx(graph, (name) => options.parameters?.(name) ?? 'fed'),
    {
      device: options.device ?? 'cpu',
      ...(options.externalDataFolder !== undefined && { externalDataFolder: options.externalDataFolder }),
    },
  );
  try {
    return await session.run<Name>(inputs);
  } finally {
    await session.release();
  }
}
