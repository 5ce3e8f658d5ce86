import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { defined } from '#base/assert';
import { parseOvisConfig, type OvisConfig } from '#model/ovis/config';
import { buildOvisGraph, type OvisGraphName } from '#model/ovis/graphs';
import { loadTokenizer, type OvisTokenizer } from '#model/ovis/text/tokenizer';
import type { Graph } from '#model/ir/graph';
import { emitOnnx } from '#model/onnx/emit';
import { withoutView } from '#model/nn/builder';
import { weightForm } from '#model/weights/layout';
import { openPackage, type ModelPackage, type StoredTensor } from '#model/weights/node/model-package';
import type { DeviceReport } from '#shared/contract/device';

import { createSession, type OrtSession } from '../ort/ort-session.ts';

export interface OvisModelOptions {
  readonly device: Pick<DeviceReport, 'device' | 'fusedAttention'>;
  /** Weights above this size are not kept from one phase to the next; 0 keeps none. */
  readonly residentBytes: number;
}

const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.json',
  'merges.txt',
  'added_tokens.json',
] as const;

/** A model package ready to run: its sizes, its words, and sessions of its graphs, made when first needed. */
export class OvisModel {
  readonly config: OvisConfig;
  readonly tokenizer: OvisTokenizer;
  readonly package: ModelPackage;
  readonly #options: OvisModelOptions;
  readonly #sessions = new Map<OvisGraphName, Promise<OrtSession>>();

  private constructor(model: ModelPackage, config: OvisConfig, tokenizer: OvisTokenizer, options: OvisModelOptions) {
    this.package = model;
    this.config = config;
    this.tokenizer = tokenizer;
    this.#options = options;
  }

  /** @throws AppError when the package is damaged, or of an architecture we do not have */
  static async open(folder: string, options: OvisModelOptions): Promise<OvisModel> {
    const model = await openPackage(folder);
    const texts = await Promise.all(TOKENIZER_FILES.map((name) => readIfPresent(path.join(model.directory, name))));
    const preprocessor = await readFile(path.join(model.directory, 'preprocessor_config.json'), 'utf8');
    const config = parseOvisConfig({ config: model.config, preprocessorConfig: JSON.parse(preprocessor) as unknown });
    const tokenizer = loadTokenizer(Object.fromEntries(TOKENIZER_FILES.map((name, i) => [name, texts[i]])));
    return new OvisModel(model, config, tokenizer, options);
  }

  /** Of all weights, as stored. */
  get sizeBytes(): number {
    return [...this.package.tensors.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Which model this is and where it runs: results of the same identity may be reused. */
  get identity(): string {
    return `${this.package.directory} ${this.#options.device.device}`;
  }

  /**
   * Announces which graphs the next phase runs. A large model releases all others, so that at no time more than one
   * phase's weights are in memory.
   */
  async enterPhase(...graphs: readonly OvisGraphName[]): Promise<void> {
    if (this.sizeBytes <= this.#options.residentBytes) return;
    await Promise.all(
      [...this.#sessions.keys()].filter((name) => !graphs.includes(name)).map((name) => this.#release(name)),
    );
  }

  /** The session of a graph. Concurrent calls share one; a failed attempt is forgotten. */
  session(name: OvisGraphName): Promise<OrtSession> {
    const existing = this.#sessions.get(name);
    if (existing) return existing;
    const loading = this.sessionOf(this.graph(name));
    this.#sessions.set(name, loading);
    loading.catch(() => this.#sessions.delete(name));
    return loading;
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#sessions.keys()].map((name) => this.#release(name)));
  }

  /** A graph as this device runs it and this package stores its weights. */
  graph(name: OvisGraphName): Graph {
    const { precision } = this.package;
    return buildOvisGraph(name, this.config, {
      fused: true,
      fusedAttention: this.#options.device.fusedAttention,
      formOf: (spec) => weightForm(spec, precision),
    });
  }

  /** A session of any graph over this package's weights, for the caller to release. */
  sessionOf(graph: Graph): Promise<OrtSession> {
    const model = emitOnnx(graph, (parameter, type) => {
      const { file, offsetBytes, sizeBytes } = this.package.locate(withoutView(parameter), type);
      return { file, offsetBytes, sizeBytes };
    });
    const { device } = this.#options.device;
    return createSession(model, { device, externalDataFolder: this.package.directory });
  }

  /** Bytes of all weights that a graph reads. */
  weightBytes(graph: Graph): number {
    const stored = new Set([...graph.parameters.keys()].map((name) => this.#stored(name)));
    return [...stored].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  #stored(parameter: string): StoredTensor {
    return defined(this.package.tensors.get(withoutView(parameter)), parameter);
  }

  async #release(name: OvisGraphName): Promise<void> {
    const loading = this.#sessions.get(name);
    this.#sessions.delete(name);
    const session = await loading?.catch(() => undefined);
    await session?.release();
  }
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
