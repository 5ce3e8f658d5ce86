import type { Graph } from '#model/ir/graph';
import type { OvisConfig } from '#model/ovis/config';
import type { OvisGraphName } from '#model/ovis/graphs';

import type { OrtSession } from '../ort/ort-session.ts';
import type { OvisModel } from '../ovis/ovis-model.ts';
import { graphFlops, type Bindings } from './graph-cost.ts';
import type { Machine } from './machine.ts';
import { measure, measurePair, plausibleInputs } from './measure.ts';
import { productsOnly } from './products-only.ts';

/** One line of the report. */
export interface BenchRow {
  readonly part: string;
  readonly timeMs: number;
  /** What the part does, e.g. "512×512, 1024 tokens". */
  readonly work: string;
  /** 10⁹ operations a second over all products of the graph. */
  readonly gflops: number;
  /** Time over that of its products alone, measured by turns. */
  readonly overProducts: number | null;
  /** For what is limited by memory: share of the bandwidth that reading every weight once takes. */
  readonly ofBandwidth: number | null;
  /** Tokens a second, where that is what counts. */
  readonly tokensPerSecond: number | null;
}

interface Part {
  readonly name: string;
  readonly graph: OvisGraphName;
  readonly work: string;
  readonly bindings: Bindings;
  readonly tokens?: number;
  readonly boundByMemory?: boolean;
}

/** The parts of a task on a picture of `side` pixels with a prompt of ordinary length. */
function partsOf(config: OvisConfig, side: number): Part[] {
  const image = (side / config.vae.factor / 2) ** 2;
  const cells = side / config.vae.factor;
  const text = 300;
  const past = 256;
  return [
    { name: 'decoder step', graph: 'decoder', work: `${image} image + ${text} text tokens`, bindings: { image, text } },
    { name: 'vision encode', graph: 'vision', work: '256 visual tokens', bindings: { groups: 256 } },
    {
      name: 'prefill',
      graph: 'condition',
      work: `${text} tokens`,
      bindings: { tokens: text, places: 0 },
      tokens: text,
    },
    {
      name: 'text decode',
      graph: 'chat',
      work: `1 token after ${past}`,
      bindings: { tokens: 1, places: 0, slots: past },
      tokens: 1,
      boundByMemory: true,
    },
    { name: 'VAE encode', graph: 'vaeEncoder', work: `${side}×${side}`, bindings: { h: cells, w: cells } },
    { name: 'VAE decode', graph: 'vaeDecoder', work: `${side}×${side}`, bindings: { h: cells, w: cells } },
  ];
}

/** Measures every part of a model, one after another, each alone in memory. */
export async function* benchParts(
  model: OvisModel,
  machine: Machine,
  { side, only }: { readonly side: number; readonly only?: readonly string[] },
): AsyncGenerator<BenchRow> {
  for (const part of partsOf(model.config, side)) {
    if (only && !only.some((word) => part.name.includes(word))) continue;
    yield await benchPart(model, machine, part);
  }
}

async function benchPart(model: OvisModel, machine: Machine, part: Part): Promise<BenchRow> {
  const { graph: name, bindings, tokens, boundByMemory = false } = part;
  await model.enterPhase(name);
  const session = await model.session(name);
  const graph = model.graph(name);
  const run = runner(graph, session, bindings);
  const flops = graphFlops(graph, bindings);
  const row = { part: part.name, work: part.work };
  if (boundByMemory) {
    const { bestMs } = await measure(run);
    const leastMs = model.weightBytes(graph) / (machine.memoryGbps * 1e6);
    const tokensPerSecond = (1000 * tokens!) / bestMs;
    return {
      ...row,
      timeMs: bestMs,
      gflops: flops / (bestMs * 1e6),
      overProducts: null,
      ofBandwidth: leastMs / bestMs,
      tokensPerSecond,
    };
  }
  const bare = productsOnly(graph);
  const products = await model.sessionOf(bare);
  try {
    const [whole, alone] = await measurePair(run, runner(bare, products, bindings));
    return {
      ...row,
      timeMs: whole.bestMs,
      gflops: flops / (whole.bestMs * 1e6),
      overProducts: whole.bestMs / alone.bestMs,
      ofBandwidth: null,
      tokensPerSecond: tokens === undefined ? null : (1000 * tokens) / whole.bestMs,
    };
  } finally {
    await products.release();
  }
}

function runner(graph: Graph, session: OrtSession, bindings: Bindings): () => Promise<unknown> {
  const inputs = plausibleInputs(graph, session, bindings);
  return () => session.run(inputs);
}
