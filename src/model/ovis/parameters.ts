import { Scope } from '../ir/graph.ts';
import { Builder } from '../nn/builder.ts';
import type { ParameterSpec } from '../parameters.ts';
import type { OvisConfig } from './config.ts';
import { ovisGraphs } from './graphs.ts';
import { UNUSED_VISION_PARAMETERS } from './vision-encoder.ts';

/** Every parameter that Ovis-U1 of this configuration needs, found by building all its graphs once. */
export function ovisParameters(config: OvisConfig): ParameterSpec[] {
  const specs = new Map<string, ParameterSpec>();
  for (const build of Object.values(ovisGraphs)) {
    const builder = new Builder(new Scope(), { fused: false });
    build(builder, config);
    for (const [name, spec] of builder.parameters) specs.set(name, spec);
  }
  return [...specs.values()];
}

/** Tensors that released checkpoints hold and nothing reads; their presence and absence are both fine. */
export function isUnusedParameter(name: string): boolean {
  return UNUSED_VISION_PARAMETERS.includes(name) || name === 'llm.lm_head.weight';
}
