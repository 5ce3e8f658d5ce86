import type { ToolId } from './tool.ts';

/**
 * Which tool is in the hand: the one that was chosen, unless a held key lends another. A letter that is held for a while
 * lends its tool too, until it is let go.
 */
export interface ToolChoice {
  readonly base: ToolId;
  readonly isSpaceDown: boolean;
  /** The key of a tool that was chosen with it, since when, and the tool before. */
  readonly spring: { readonly key: string; readonly sinceMs: number; readonly before: ToolId } | null;
}

/** Shorter than this is a tap, which changes the tool for good. */
const holdMs = 250;

export const initialChoice: ToolChoice = Object.freeze({ base: 'brush', isSpaceDown: false, spring: null });

export const currentTool = ({ base, isSpaceDown }: ToolChoice): ToolId => (isSpaceDown ? 'hand' : base);

export function chooseTool(choice: ToolChoice, tool: ToolId): ToolChoice {
  return { ...choice, base: tool, spring: null };
}

/** A tool's own key goes down. Repeats of a held key change nothing. */
export function pressToolKey(choice: ToolChoice, tool: ToolId, key: string, nowMs: number): ToolChoice {
  if (choice.spring?.key === key) return choice;
  return { ...choice, base: tool, spring: { key, sinceMs: nowMs, before: choice.base } };
}

export function releaseToolKey(choice: ToolChoice, key: string, nowMs: number): ToolChoice {
  const { spring } = choice;
  if (spring?.key !== key) return choice;
  const wasHeld = nowMs - spring.sinceMs > holdMs;
  return { ...choice, base: wasHeld ? spring.before : choice.base, spring: null };
}

export const pressSpace = (choice: ToolChoice): ToolChoice => ({ ...choice, isSpaceDown: true });

export const releaseSpace = (choice: ToolChoice): ToolChoice => ({ ...choice, isSpaceDown: false });

/** The window lost the keyboard: whatever is let go now is not heard of. */
export function releaseAll(choice: ToolChoice): ToolChoice {
  return { base: choice.spring?.before ?? choice.base, isSpaceDown: false, spring: null };
}
