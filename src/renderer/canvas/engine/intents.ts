import { assertNever } from '#base/assert';
import type { Point } from '#shared/document/geometry';
import type { RasterLayer } from '#shared/document/layer';
import type { Brush } from '../pixels/brush.ts';
import type { Intent, StrokeToolId } from '../tools/tool.ts';
import type { ToolSettings } from '../tools/tool-settings.ts';
import type { CanvasView } from '../view/canvas-view.ts';
import type { FloodSettings } from '../worker/protocol.ts';
import { isMask, type ActiveLayer } from './active-target.ts';
import type { CanvasCommands, Refusal } from './commands.ts';
import type { Moving } from './moving.ts';
import { paintPlace, type PaintPlace } from './paint-place.ts';
import type { PixelSession } from './pixel-session.ts';

export interface IntentContext {
  readonly session: PixelSession;
  readonly view: CanvasView;
  readonly commands: CanvasCommands;
  readonly active: () => ActiveLayer | null;
  readonly settings: () => ToolSettings;
  readonly setSettings: (changes: Partial<ToolSettings>) => void;
  /** To paint on in a document that has none. */
  readonly newLayer: () => RasterLayer;
  readonly moving: Moving;
  readonly refuse: (reason: Refusal) => void;
}

/** Does what tools want done. What it keeps between intents is the gesture that is going on, nothing else. */
export function createIntentRunner(context: IntentContext): (intent: Intent) => void {
  const { session, view, commands, moving } = context;
  const { kernel } = session;
  let stroke: (PaintPlace & { readonly tool: StrokeToolId }) | null = null;
  let lastPick = 0;

  function beginStroke(tool: StrokeToolId): void {
    const place = paintPlace(context, tool);
    stroke = typeof place === 'string' ? null : { ...place, tool };
    if (typeof place === 'string') return context.refuse(place);
    const settings = context.settings();
    const brush: Brush = tool === 'brush' ? settings.brush : tool === 'eraser' ? settings.eraser : settings.maskBrush;
    kernel.tell('strokeBegin', { target: place.target, brush, paint: place.paint });
  }

  function endStroke(): void {
    if (!stroke) return;
    const { tool, first } = stroke;
    stroke = null;
    void session.edit(tool, kernel.call('strokeEnd', null), first);
  }

  function floodAt(at: Point, choice: ToolSettings['wand'], active = context.active()): FloodSettings {
    const { tolerance, contiguous, sampleAll } = choice;
    const sample = sampleAll || !active || isMask(session.document, active) ? null : active.layer;
    return { at, tolerance, contiguous, sample };
  }

  function fillAt(at: Point): void {
    const place = paintPlace(context, 'fill');
    if (typeof place === 'string') return context.refuse(place);
    const { active, target, paint, first } = place;
    const { fill } = context.settings();
    const result = kernel.call('fill', { target, paint, opacity: fill.opacity, flood: floodAt(at, fill, active) });
    void session.edit('fill', result, first);
  }

  async function pick(at: Point, as: 'colour' | 'background'): Promise<void> {
    const turn = ++lastPick;
    const colour = await kernel.call('pick', { at, radius: 0, sample: null });
    // While the pointer moves on, answers may come in late.
    if (colour && turn === lastPick) context.setSettings({ [as]: colour });
  }

  function setBrush({ size, hardness }: Pick<Brush, 'size' | 'hardness'>, tool: StrokeToolId): void {
    const key = tool === 'brush' ? 'brush' : tool === 'eraser' ? 'eraser' : 'maskBrush';
    context.setSettings({ [key]: { ...context.settings()[key], size, hardness } });
  }

  return (intent) => {
    switch (intent.type) {
      case 'stroke-begin':
        return beginStroke(intent.with);
      case 'stroke-add':
        if (stroke) kernel.tell('strokeAdd', { samples: intent.samples });
        return undefined;
      case 'stroke-end':
        return endStroke();
      case 'stroke-cancel':
        if (stroke) kernel.tell('strokeCancel', null);
        stroke = null;
        return undefined;
      case 'set-brush':
        return setBrush(intent, intent.with);
      case 'fill':
        return fillAt(intent.at);
      case 'pick':
        return void session.track(() => pick(intent.at, intent.as));
      case 'select':
        return void commands.select(intent.shape, intent.mode);
      case 'select-like': {
        const flood = floodAt(intent.at, context.settings().wand);
        return void session.edit('select-similar', kernel.call('selectLike', { flood, mode: intent.mode }));
      }
      case 'select-none':
        return void commands.deselect();
      case 'move-begin':
        return moving.target ? moving.begin() : context.refuse('nothing-to-move');
      case 'move-by':
        return moving.by(intent.by);
      case 'move-end':
        return moving.end(intent.by);
      case 'crop':
        return void commands.crop(intent.rect);
      case 'set-extend-frame':
        return void commands.setExtendFrame(intent.rect);
      case 'pan':
        return view.viewport.panBy(intent.by);
      case 'zoom-step':
        return view.viewport.step(intent.direction, intent.at);
      case 'zoom-to':
        return view.viewport.show(intent.rect);
      default:
        return assertNever(intent);
    }
  };
}
