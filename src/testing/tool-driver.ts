/** @file A hand for tools: presses, drags and keys without a browser. */
import type { Point } from '#shared/document/geometry';
import { defaultToolSettings } from '../renderer/canvas/tools/tool-settings.ts';
import {
  noModifiers,
  type Intent,
  type Modifiers,
  type RunningTool,
  type ToolContext,
  type ToolInput,
} from '../renderer/canvas/tools/tool.ts';

export const emptyContext: ToolContext = {
  document: { width: 1000, height: 800 },
  zoom: 1,
  gripReach: 8,
  settings: defaultToolSettings,
  extendFrame: null,
  moveTarget: null,
  snapRects: [],
};

type Keys = Partial<Modifiers> & { readonly button?: 'left' | 'middle' | 'right' };

/** Feeds a tool and collects what it wants done. Points are document pixels, which at zoom 1 are those of the screen. */
export class ToolDriver {
  readonly intents: Intent[] = [];
  readonly tool: RunningTool;
  context: ToolContext;

  constructor(tool: RunningTool, context: Partial<ToolContext> = {}) {
    this.tool = tool;
    this.context = { ...emptyContext, ...context };
  }

  send(input: ToolInput): this {
    this.intents.push(...this.tool.update(input, this.context));
    return this;
  }

  press = (x: number, y: number, keys: Keys = {}): this => this.#pointer('press', { x, y }, keys);
  drag = (x: number, y: number, keys: Keys = {}): this => this.#pointer('drag', { x, y }, keys);
  hover = (x: number, y: number, keys: Keys = {}): this => this.#pointer('hover', { x, y }, keys);
  release = (x: number, y: number, keys: Keys = {}): this => this.#pointer('release', { x, y }, keys);

  /** Everything wanted since the last time this was asked. */
  take(): Intent[] {
    return this.intents.splice(0);
  }

  #pointer(kind: 'press' | 'drag' | 'release' | 'hover', point: Point, { button = 'left', ...keys }: Keys): this {
    const { zoom } = this.context;
    const screen = { x: point.x * zoom, y: point.y * zoom };
    const samples = [{ ...point, pressure: 1 }];
    return this.send({ kind, point, screen, samples, button, isCoarse: false, modifiers: { ...noModifiers, ...keys } });
  }
}
