import { readFile } from 'node:fs/promises';

import type { Rectangle } from 'electron';
import { z } from 'zod';

import { writeFileDurably } from '#files/durable-write';

const zWindowState = z.object({
  version: z.literal(1),
  bounds: z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) }),
  isMaximized: z.boolean(),
});
export type WindowState = Omit<z.infer<typeof zWindowState>, 'version'>;

/** Smallest window in which nothing is cut off. */
export const smallestWindow = { width: 1024, height: 640 } as const;
const usualWindow = { width: 1440, height: 900 } as const;

/** Where the window was, if that is still on a screen; undefined lets the system choose. */
export async function readWindowState(path: string, screens: readonly Rectangle[]): Promise<WindowState | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const { data } = zWindowState.safeParse(parseJson(text));
  if (!data || !screens.some((screen) => overlap(screen, data.bounds) > 100 * 100)) return undefined;
  return { bounds: data.bounds, isMaximized: data.isMaximized };
}

/** Where it cannot be kept, the next window is where the system puts it. */
export async function keepWindowState(path: string, state: WindowState): Promise<void> {
  await writeFileDurably(path, JSON.stringify({ version: 1, ...state })).catch(() => undefined);
}

/** Size of a first window: the usual one, or what the screen has room for. */
export function firstSize(screen: Rectangle): { width: number; height: number } {
  return {
    width: Math.max(smallestWindow.width, Math.min(usualWindow.width, screen.width)),
    height: Math.max(smallestWindow.height, Math.min(usualWindow.height, screen.height)),
  };
}

/** Shared area in pixels. */
function overlap(one: Rectangle, other: Rectangle): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return Math.max(0, width) * Math.max(0, height);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
