import { z } from 'zod';

/** What can be taken over from a picture that another program made: words, and numbers where they make sense here. */
export interface ForeignRecipe {
  readonly program: 'a1111' | 'invokeai';
  readonly prompt: string;
  /** Our model has no use for it; it is shown, so that nothing is lost in silence. */
  readonly negativePrompt: string;
  readonly seed: number | undefined;
  readonly steps: number | undefined;
  /** Classifier-free guidance scale. */
  readonly guidance: number | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly sampler: string | undefined;
  readonly model: string | undefined;
}

/** Longer texts are not prompts. */
const maxTextLength = 200_000;

const zSeed = z.number().int().min(0).max(0xffff_ffff).optional().catch(undefined);
const zSteps = z.number().int().min(1).max(1000).optional().catch(undefined);
const zGuidance = z.number().min(0).max(30).optional().catch(undefined);
const zSide = z.number().int().min(16).max(8192).optional().catch(undefined);
const zName = z.string().max(500).optional().catch(undefined);

/**
 * The `parameters` text that AUTOMATIC1111's web UI and its relatives write into a PNG: the prompt, a line that starts
 * with "Negative prompt:", and a last line of "Name: value" pairs that starts with "Steps:". Undefined if it is not one.
 */
export function parseA1111(text: string): ForeignRecipe | undefined {
  if (text.length > maxTextLength) return undefined;
  const lines = text.replaceAll('\r\n', '\n').trim().split('\n');
  const settingsAt = lines.findLastIndex((line) => /^Steps: \d/.test(line));
  if (settingsAt < 0) return undefined;
  const words = lines.slice(0, settingsAt);
  const negativeAt = words.findIndex((line) => line.startsWith(negativeLabel));
  const end = negativeAt < 0 ? words.length : negativeAt;
  const settings = parsePairs(lines[settingsAt] ?? '');
  const [, width, height] = /^(\d+)x(\d+)$/.exec(settings.get('Size') ?? '') ?? [];
  return {
    program: 'a1111',
    prompt: words.slice(0, end).join('\n').trim(),
    negativePrompt: words.slice(end).join('\n').slice(negativeLabel.length).trim(),
    seed: zSeed.parse(numberOf(settings.get('Seed'))),
    steps: zSteps.parse(numberOf(settings.get('Steps'))),
    guidance: zGuidance.parse(numberOf(settings.get('CFG scale'))),
    width: zSide.parse(numberOf(width)),
    height: zSide.parse(numberOf(height)),
    sampler: zName.parse(settings.get('Sampler')),
    model: zName.parse(settings.get('Model')),
  };
}

const negativeLabel = 'Negative prompt:';

/** "A: 1, B: "x, y", C: 2": values with a comma or colon are JSON strings. */
function parsePairs(line: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of line.matchAll(
    /\s*([^:,"]+):\s*(?:("(?:\\.|[^"\\])*")|([^,]*))(?:,|$)/g,
  ))
    pairs.set(name.trim(), quoted === undefined ? plain.trim() : unquote(quoted));
  return pairs;
}

function numberOf(text: string | undefined): number | undefined {
  return text ? Number(text) : undefined;
}

function unquote(quoted: string): string {
  try {
    return z.string().parse(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

const zInvoke = z.object({
  positive_prompt: z.string(),
  negative_prompt: z.string().nullish(),
  seed: zSeed,
  steps: zSteps,
  cfg_scale: zGuidance,
  width: zSide,
  height: zSide,
  scheduler: zName,
  /** Version 3 says `model_name`, later ones `name`. */
  model: z.object({ name: zName, model_name: zName }).partial().nullish().catch(undefined),
});

/** The JSON that InvokeAI writes into a PNG as `invokeai_metadata`. Undefined if it is not one. */
export function parseInvokeAi(text: string): ForeignRecipe | undefined {
  if (text.length > maxTextLength) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { success, data } = zInvoke.safeParse(value);
  if (!success) return undefined;
  return {
    program: 'invokeai',
    prompt: data.positive_prompt,
    negativePrompt: data.negative_prompt ?? '',
    seed: data.seed,
    steps: data.steps,
    guidance: data.cfg_scale,
    width: data.width,
    height: data.height,
    sampler: data.scheduler,
    model: data.model?.name ?? data.model?.model_name,
  };
}
