import { z } from 'zod';

/** SHA-256 of a stored file, in lower-case hex: the name by which pictures and masks are known everywhere. */
export const zBlobName = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'A blob name is 64 hexadecimal digits.')
  .brand('BlobName');
export type BlobName = z.infer<typeof zBlobName>;

/** f32 parity, f16 for GPUs, int8 fastest on a CPU, q4 smallest. */
export const zPrecision = z.enum(['f32', 'f16', 'int8', 'q4']);
export type Precision = z.infer<typeof zPrecision>;

/** `euler` is the reference; `multistep` is of second order and needs about half the steps. */
export const zSolver = z.enum(['euler', 'multistep']);
export type Solver = z.infer<typeof zSolver>;

const zPrompt = z.string().max(8000);
const zSide = z.int().min(16).max(8192);
const zFraction = z.number().min(0).max(1);

/** How many pictures a job may go by, besides the one it starts from. */
export const maxReferences = 4;
export const zReferences = z.array(zBlobName).max(maxReferences);

/** What every picture-making job has: all of it affects pixels. */
const sampling = {
  /** Package id in the model library. */
  model: z.string().min(1),
  precision: zPrecision,
  prompt: zPrompt,
  /** 32-bit seed of the noise; the same seed gives the same picture on the same device. */
  seed: z.int().min(0).max(0xffff_ffff),
  steps: z.int().min(1).max(1000),
  solver: zSolver.default('euler'),
  /** How closely the words are followed (classifier-free guidance scale). */
  textGuidance: z.number().min(0).max(30),
  /** How closely the source picture, or else the reference, is kept (guidance scale of the image condition). */
  imageGuidance: z.number().min(0).max(30).default(1.5),
  /** Pictures to go by: for what is in them, or for their style. Seen after the picture that the job starts from. */
  references: zReferences.default([]),
};

/** What every job that starts from a picture has. */
const fromPicture = { image: zBlobName };

export const zGenerateRequest = z.object({
  kind: z.literal('generate'),
  ...sampling,
  width: zSide,
  height: zSide,
});

export const zEditRequest = z.object({
  kind: z.literal('edit'),
  ...sampling,
  ...fromPicture,
  /** `changed` pastes only what changed over the untouched original; `all` returns the whole decoded picture. */
  keep: z.enum(['changed', 'all']).default('changed'),
});

/** What the user wants of the masked region; decides how the hole is pre-filled and which words go in front. */
export const zInpaintIntent = z.enum(['fill', 'add', 'remove', 'replace', 'background']);
export type InpaintIntent = z.infer<typeof zInpaintIntent>;

export const zInpaintRequest = z.object({
  kind: z.literal('inpaint'),
  ...sampling,
  ...fromPicture,
  /** One channel, the picture's size: 255 is free to change, 0 stays; grey is honoured. */
  mask: zBlobName,
  intent: zInpaintIntent.default('fill'),
  /** 1 replaces what is there, less keeps more of it. */
  strength: zFraction.default(1),
  /** Multiplies the context around the mask that the model sees. */
  contextScale: z.number().min(1).max(8).default(1),
});

export const zOutpaintRequest = z.object({
  kind: z.literal('outpaint'),
  ...sampling,
  ...fromPicture,
  /** Pixels added at each side. */
  extend: z.object({
    left: z.int().min(0).max(8192),
    top: z.int().min(0).max(8192),
    right: z.int().min(0).max(8192),
    bottom: z.int().min(0).max(8192),
  }),
});

/** `canny` and `lines` derive a map from the image; `given` takes the image as the map itself. */
export const zControlMap = z.enum(['canny', 'lines', 'given']);
export type ControlMap = z.infer<typeof zControlMap>;

export const zControlRequest = z.object({
  kind: z.literal('control'),
  ...sampling,
  ...fromPicture,
  map: zControlMap,
});

const zChatTurn = z.object({ role: z.enum(['user', 'assistant']), text: zPrompt });

export const zDescribeRequest = z.object({
  kind: z.literal('describe'),
  model: z.string().min(1),
  precision: zPrecision,
  images: z.array(zBlobName).max(16),
  /** The conversation so far; the last turn is the user's question. */
  turns: z.array(zChatTurn).min(1).max(64),
  maxTokens: z.int().min(1).max(4096).default(512),
  /** 0 is greedy. */
  temperature: z.number().min(0).max(4).default(0),
  topP: z.number().min(0).max(1).default(1),
  topK: z.int().min(0).max(1000).default(0),
  seed: z.int().min(0).max(0xffff_ffff).default(0),
});

/** Everything that affects a result, and nothing else. Its stored form is the recipe. */
export const zJobRequest = z.discriminatedUnion('kind', [
  zGenerateRequest,
  zEditRequest,
  zInpaintRequest,
  zOutpaintRequest,
  zControlRequest,
  zDescribeRequest,
]);
export type JobRequest = z.infer<typeof zJobRequest>;
export type EditRequest = z.infer<typeof zEditRequest>;
export type InpaintRequest = z.infer<typeof zInpaintRequest>;
export type OutpaintRequest = z.infer<typeof zOutpaintRequest>;
export type ControlRequest = z.infer<typeof zControlRequest>;
export type DescribeRequest = z.infer<typeof zDescribeRequest>;
