import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import { writeFileDurably } from '#files/durable-write';
import type { Device } from '#shared/contract/device';
import type { JobReport } from '#shared/contract/job-events';
import type { Estimate, EstimateQuery } from '#shared/contract/studio/estimates';

/** One job that ran here: what it cost, apart from loading the model. */
const zSample = z.object({
  /** Kind, model and device: jobs of another of these say nothing. */
  key: z.string(),
  pixels: z.number().positive(),
  /** Of one step. */
  stepMs: z.number().min(0),
  /** Of all but the steps. */
  otherMs: z.number().min(0),
  peakMemoryBytes: z.number().min(0),
});
type Sample = z.infer<typeof zSample>;

const zStored = z.object({ version: z.literal(1), samples: z.array(zSample) });

/** Of each key; the last ones count. */
const keptSamples = 20;
/** Attention makes large pictures cost a little more than their pixels. */
const growth = 1.15;
/** Within 30 % of the area. */
const measuredDistance = Math.log(1.3);
/** Of the weights as they lie on the disk, before anything was measured: what a job is likely to hold, and at least. */
const unmeasuredMemory = { likely: 1.6, least: 1.2 } as const;

type Asked = Pick<EstimateQuery, 'kind' | 'model' | 'width' | 'height' | 'steps' | 'count'>;

/** Learns from every job that finishes here how long the next one will take. */
export class Estimator {
  readonly #path: string;
  #samples: readonly Sample[];
  #heldBytes = 0;

  private constructor(path: string, samples: readonly Sample[]) {
    this.#path = path;
    this.#samples = samples;
  }

  /** @param path Of a JSON file; what cannot be read is learnt again. */
  static async open(path: string): Promise<Estimator> {
    const text = await readFile(path, 'utf8').catch(() => '');
    return new Estimator(path, parseSamples(text));
  }

  /** The most that the engine was seen to hold; it may have let go of some of it. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  async learn(job: Omit<Asked, 'count'>, report: JobReport): Promise<void> {
    const sum = (wanted: (name: string) => boolean) =>
      report.phases.filter(({ name }) => wanted(name)).reduce((total, { durationMs }) => total + durationMs, 0);
    const stepsMs = sum((name) => name === stepPhase(job.kind));
    const sample = {
      key: keyOf(job, report.device),
      pixels: job.width * job.height,
      stepMs: stepsMs / job.steps,
      otherMs: sum((name) => name !== 'load' && name !== stepPhase(job.kind)),
      peakMemoryBytes: report.peakMemoryBytes,
    };
    this.#heldBytes = report.peakMemoryBytes;
    const others = this.#samples.filter(({ key }) => key !== sample.key);
    const same = this.#samples.filter(({ key }) => key === sample.key).slice(1 - keptSamples);
    this.#samples = [...others, ...same, sample];
    // It is learnt again when it cannot be kept.
    await writeFileDurably(this.#path, JSON.stringify({ version: 1, samples: this.#samples })).catch(() => undefined);
  }

  /**
   * @param device where it would run; null while that is not known
   * @param modelBytes size of the model's files
   * @param availableBytes what the machine can give the engine
   */
  estimate(
    asked: Asked,
    { device, modelBytes, availableBytes }: { device: Device | null; modelBytes: number; availableBytes: number },
  ): Estimate {
    const pixels = asked.width * asked.height;
    const similar = this.#samples.filter(({ key }) => device !== null && key === keyOf(asked, device));
    // The last of about the same size tells how busy the machine is now; an older one of just this size does not.
    const latest = similar.findLast((sample) => distance(sample, pixels) < measuredDistance);
    const nearest =
      latest ?? similar.toReversed().toSorted((one, other) => distance(one, pixels) - distance(other, pixels))[0];
    const memory = memoryOf(similar, { pixels, modelBytes, availableBytes });
    if (nearest === undefined) return { timeMs: null, basis: 'none', ...memory };
    const scale = (pixels / nearest.pixels) ** growth;
    const oneMs = (nearest.stepMs * asked.steps + nearest.otherMs) * scale;
    return { timeMs: oneMs * asked.count, basis: latest ? 'measured' : 'scaled', ...memory };
  }
}

/** A job that was no smaller shows how much is enough; what it held of earlier jobs is in it, so the least of them counts. */
function memoryOf(
  similar: readonly Sample[],
  { pixels, modelBytes, availableBytes }: { pixels: number; modelBytes: number; availableBytes: number },
): Pick<Estimate, 'memoryBytes' | 'availableBytes' | 'fits'> {
  const enough = Math.min(
    ...similar.filter((sample) => sample.pixels >= pixels).map(({ peakMemoryBytes }) => peakMemoryBytes),
  );
  const isMeasured = Number.isFinite(enough);
  const peaks = similar.map(({ peakMemoryBytes }) => peakMemoryBytes);
  const likely = isMeasured ? enough : Math.max(modelBytes * unmeasuredMemory.likely, ...peaks);
  const least = isMeasured ? enough : modelBytes * unmeasuredMemory.least;
  const fits = least > availableBytes ? 'no' : likely > availableBytes ? 'unsure' : 'yes';
  return { memoryBytes: Math.round(likely), availableBytes: Math.round(availableBytes), fits };
}

const stepPhase = (kind: Asked['kind']): string => (kind === 'describe' ? 'answer' : 'denoise');

const keyOf = ({ kind, model }: Pick<Asked, 'kind' | 'model'>, device: Device): string => `${kind} ${model} ${device}`;

/** How much larger or smaller a sample was. */
const distance = (sample: Sample, pixels: number): number => Math.abs(Math.log(sample.pixels / pixels));

function parseSamples(text: string): readonly Sample[] {
  try {
    return zStored.parse(JSON.parse(text)).samples;
  } catch {
    return [];
  }
}
