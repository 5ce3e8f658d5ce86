/**
 * @file The canvas by itself, with a document and undo in memory: to try it by hand and by script. `canvas` is the
 * engine; drop a picture on the page to work on it.
 */
import { createDocument, type Document } from '#shared/document/document';
import { resizeCanvas } from '#shared/document/document-operations';
import type { LayerId } from '#shared/document/ids';
import { createLayer, type Layer } from '#shared/document/layer';
import { addLayer, groupLayers, setLayerProperties } from '#shared/document/layer-operations';
import { CanvasEngine } from '../canvas/engine/canvas-engine.ts';
import { createMemoryTileSource } from '../canvas/engine/tile-source.ts';
import type { ToolId } from '../canvas/tools/tool.ts';

const source = createMemoryTileSource();
const past: Document[] = [];
const future: Document[] = [];
const steps: string[] = [];
const faults: string[] = [];
let document = withLayer(
  createDocument({ width: 1024, height: 768 }),
  createLayer('raster', 'paper' as LayerId, 'Paper'),
);

const canvas = new CanvasEngine({
  container: window.document.querySelector<HTMLDivElement>('#canvas')!,
  source,
  document,
  active: { layer: 'paper' as LayerId, part: 'pixels' },
  newLayerName: () => 'Layer',
  onCommit: ({ action, change }) => {
    past.push(document);
    future.length = 0;
    steps.push(action);
    show(change(document));
  },
  onFault: (error) => faults.push(`${error.code}: ${error.message}`),
  onRefusal: (reason) => faults.push(reason),
});

function show(next: Document): void {
  document = next;
  canvas.setDocument(next);
}

async function undo(): Promise<void> {
  await canvas.settled();
  const before = past.pop();
  if (!before) return;
  future.push(document);
  show(before);
}

async function redo(): Promise<void> {
  await canvas.settled();
  const after = future.pop();
  if (!after) return;
  past.push(document);
  show(after);
}

/** Opens a picture file as a document of its own. */
async function open(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const bitmap = await createImageBitmap(new Blob([bytes]));
  const { width, height } = bitmap;
  const blob = await source.put(bytes);
  const layer = createLayer('raster', 'photo' as LayerId, 'Photo', {
    pixels: { kind: 'picture', blob, width, height },
  });
  show(withLayer(createDocument({ width, height }), layer));
  canvas.setActive({ layer: layer.id, part: 'pixels' });
  canvas.viewport.fit();
}

function withLayer(document: Document, layer: Layer): Document {
  return addLayer(document, layer, { parent: null, index: Infinity });
}

const toolKeys: Readonly<Record<string, ToolId>> = {
  v: 'move',
  b: 'brush',
  e: 'eraser',
  g: 'fill',
  i: 'eyedropper',
  m: 'rect-select',
  l: 'lasso',
  p: 'polygon',
  w: 'wand',
  k: 'mask-brush',
  c: 'crop',
  x: 'extend',
  h: 'hand',
  z: 'zoom',
};

window.addEventListener('keydown', (event) => {
  const isMod = event.ctrlKey || event.metaKey;
  const tool = isMod ? undefined : toolKeys[event.key];
  if (isMod && event.key === 'z') void undo();
  else if (isMod && event.key === 'y') void redo();
  else if (isMod && event.key === 'a') void canvas.commands.selectAll();
  else if (isMod && event.key === 'd') void canvas.commands.deselect();
  else if (isMod && event.key === '0') canvas.viewport.fit();
  else if (isMod && event.key === '1') canvas.viewport.zoomTo(1);
  else if (event.key === 'Delete') void canvas.commands.clear();
  else if (event.key === 'q') {
    canvas.setSelectionView(canvas.state.get().selectionView === 'ants' ? 'tint' : 'ants');
  } else if (tool) canvas.pressToolKey(tool, event.key);
  else if (!canvas.keyDown(event)) return;
  event.preventDefault();
});
window.addEventListener('keyup', (event) => {
  canvas.releaseToolKey(event.key);
  canvas.keyUp(event);
});
window.addEventListener('blur', () => canvas.releaseKeys());
window.addEventListener('dragover', (event) => event.preventDefault());
window.addEventListener('drop', (event) => {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file) void file.arrayBuffer().then((buffer) => open(new Uint8Array(buffer)));
});

/** For scripts. */
const operations = { createDocument, createLayer, groupLayers, resizeCanvas, setLayerProperties };

Object.assign(window, {
  canvas,
  demo: { source, steps, faults, undo, redo, open, show, document: () => document, ...operations },
});
