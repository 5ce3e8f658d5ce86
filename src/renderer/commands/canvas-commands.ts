import { assert } from '#base/assert';
import type { Raster } from '#raster/raster';

import type { Studio } from '../app/studio.ts';
import type { CanvasCommands, Refusal } from '../canvas/engine/commands.ts';
import type { Excerpt } from '../canvas/worker/protocol.ts';
import { copyPicture } from '../client/clipboard.ts';
import { pictureOf } from '../client/pictures.ts';
import type { ToolId } from '../canvas/tools/tool.ts';
import { defaultToolSettings, type ToolSettings } from '../canvas/tools/tool-settings.ts';
import { mergeable } from '../document/mergeable.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { chosenLayers } from '../stores/chosen-layers.ts';
import { onDocument, type Command, type CommandGroup, type CommandRefusal } from './command.ts';

/** A command of the canvas; when it can do nothing it says why. */
function canvas(
  id: string,
  group: CommandGroup,
  keys: readonly string[],
  run: (commands: CanvasCommands, studio: Studio) => Promise<Refusal | null>,
  refuse: (session: DocumentSession, studio: Studio) => CommandRefusal | null = () => null,
): Command {
  return onDocument(
    id,
    group,
    keys,
    async (_session, studio) => {
      const engine = studio.view.getState().canvas;
      const refusal = engine && (await run(engine.commands, studio));
      if (refusal) sayRefusal(studio, refusal);
    },
    (session, studio) => (session.canWrite ? refuse(session, studio) : 'read-only'),
  );
}

export function sayRefusal(studio: Studio, refusal: Refusal): void {
  studio.notices.say(studio.words(`tools:refusal.${refusal}`));
}

/** Does by typing what a tool does by dragging: takes the tool, and goes to the first of its fields. */
function byNumbers(id: string, group: CommandGroup, keys: readonly string[], tool: ToolId, field: string): Command {
  return onDocument(id, group, keys, (_session, { view }) => {
    view.getState().canvas?.chooseTool(tool);
    view.setState({ dockOpen: true });
    // The fields are there once the panel has been drawn.
    requestAnimationFrame(() => document.querySelector<HTMLElement>(field)?.focus());
  });
}

function colours(
  id: string,
  keys: readonly string[],
  change: (colours: Pick<ToolSettings, 'colour' | 'background'>) => Partial<ToolSettings>,
): Command {
  return onDocument(id, 'tool', keys, (_session, { view }) => {
    const { canvas: engine } = view.getState();
    engine?.setSettings(change(engine.settings.get()));
  });
}

export const canvasCommands: readonly Command[] = [
  canvas('cut', 'edit', ['$mod+x'], async (commands, studio) => toClipboard(studio, await commands.cut())),
  canvas('copy', 'edit', ['$mod+c'], async (commands, studio) => toClipboard(studio, await commands.copy('layer'))),
  canvas('copy-picture', 'edit', ['$mod+Shift+c'], async (commands, studio) =>
    toClipboard(studio, await commands.copy('picture')),
  ),
  canvas('clear', 'edit', ['Delete', 'Backspace'], (commands) => commands.clear()),
  canvas('fill-selection', 'edit', ['Alt+Backspace'], (commands) => commands.fillSelection()),
  canvas('flip-horizontal', 'edit', [], (commands) => commands.flip('horizontal')),
  canvas('flip-vertical', 'edit', [], (commands) => commands.flip('vertical')),
  canvas('rotate-right', 'edit', [], (commands) => commands.rotate(90)),
  canvas('rotate-left', 'edit', [], (commands) => commands.rotate(-90)),
  byNumbers('place-by-numbers', 'edit', ['$mod+Alt+t'], 'move', '#box-x'),
  byNumbers('extend-by-numbers', 'edit', [], 'extend', '#extend-left'),
  canvas('crop-to-selection', 'edit', [], (commands) => commands.cropToSelection()),
  canvas('select-all', 'select', ['$mod+a'], (commands) => commands.selectAll()),
  canvas('deselect', 'select', ['$mod+d'], (commands) => commands.deselect()),
  canvas('invert-selection', 'select', ['$mod+Shift+i'], (commands) => commands.invertSelection()),
  byNumbers('select-by-numbers', 'select', [], 'rect-select', '#selection-x'),
  canvas('select-masks', 'select', [], (commands) => commands.selectFrom({ kind: 'masks' }, 'replace')),
  canvas('mask-from-selection', 'select', [], (commands, { words }) => commands.newMaskLayer(words('layers:new-mask'))),
  ...(['grow', 'shrink', 'feather'] as const).map((kind) =>
    canvas(`${kind}-selection`, 'select', [], (commands, { view }) =>
      commands.changeSelection({ kind, radius: view.getState().selectionRadius }),
    ),
  ),
  canvas('mask-layer', 'layer', [], (commands) => commands.maskActiveLayer()),
  canvas('merge-down', 'layer', ['$mod+e'], (commands) => commands.mergeDown()),
  canvas(
    'merge-layers',
    'layer',
    ['$mod+Shift+e'],
    (commands, { view, workspace }) => commands.merge(chosenLayers(view.getState(), workspace.session!.document)),
    ({ document }, { view }) => {
      return mergeable(document, chosenLayers(view.getState(), document)).length > 0 ? null : 'nothing-to-merge';
    },
  ),
  canvas('flatten', 'layer', [], (commands, { words }) => commands.flatten(words('layers:flattened'))),
  colours('swap-colours', ['Shift+x'], ({ colour, background }) => ({ colour: background, background: colour })),
  colours('default-colours', ['d'], () => {
    const { colour, background } = defaultToolSettings;
    return { colour, background };
  }),
];

async function toClipboard(studio: Studio, copied: Excerpt | Refusal): Promise<Refusal | null> {
  if (typeof copied === 'string') return copied;
  const { x, y, width, height } = copied;
  const picture = pictureOf(copied);
  const isOutside = await copyPicture(picture);
  studio.view.setState({ copied: { place: { x, y, width, height }, picture: isOutside ? null : await picture } });
  studio.notices.say(studio.words(isOutside ? 'tools:copied' : 'tools:copied-here'));
  return null;
}

/** Pixels of a picture in the clipboard, RGBA. */
export async function rasterOf(picture: Blob): Promise<Raster> {
  const bitmap = await createImageBitmap(picture);
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  assert(context !== null, 'a canvas draws');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { width, height, channels: 4, data: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer) };
}

/** Keys of tools: a tap chooses, holding borrows. */
export const toolKeys: Readonly<Record<ToolId, string>> = {
  move: 'v',
  brush: 'b',
  eraser: 'e',
  'mask-brush': 'k',
  fill: 'g',
  eyedropper: 'i',
  'rect-select': 'm',
  lasso: 'l',
  polygon: 'p',
  wand: 'w',
  crop: 'c',
  extend: 'x',
  hand: 'h',
  zoom: 'z',
};
