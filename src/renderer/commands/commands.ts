import { nodeOf, redoTarget, undoTarget, type HistoryTree } from '#shared/document/history-tree';
import type { NodeId } from '#shared/document/ids';
import { defined } from '#base/assert';

import type { Studio } from '../app/studio.ts';
import { exportDocument } from '../features/gallery/export-document.ts';
import { chooseFiles } from '../features/start/choose-files.ts';
import { focusCanvas } from '../features/canvas/focus-canvas.ts';
import { pasteFromClipboard } from '../features/canvas/paste.ts';
import { stepWords } from '../i18n/step-words.ts';
import type { DocumentSession } from '../session/document-session.ts';
import type { Comparison, DialogName, DockTab } from '../stores/view.ts';
import { toolIds } from '../canvas/tools/tool.ts';
import { canvasCommands, toolKeys } from './canvas-commands.ts';
import { always, onDocument, type Command, type CommandGroup } from './command.ts';
import { layerCommands } from './layer-commands.ts';
import { candidate, promptCommands } from './prompt-commands.ts';
import { focusPanel, goToRegion, isInPanel } from './regions.ts';
import { runCommand } from './run-command.ts';

/** What there is to compare with: the document without the result that is shown, or else the step before. */
function before(session: DocumentSession, studio: Studio): Comparison | null {
  const { tree } = session.store.getState();
  const node = candidate(session, studio) ? tree.current : undoTarget(tree);
  return node && { document: session.id, node };
}

/** What a step of the document in front says; null where there is none. */
function wordsOfStep({ workspace, words }: Studio, which: (tree: HistoryTree) => NodeId | null): string | null {
  const tree = workspace.session?.store.getState().tree;
  const step = tree && which(tree);
  return step ? stepWords(nodeOf(tree, step), words) : null;
}

const dock = (id: DockTab, keys: readonly string[]): Command =>
  always(`show-${id}`, 'window', keys, ({ view }) => {
    const state = view.getState();
    if (state.dockOpen && state.dock === id && isInPanel()) return focusCanvas();
    view.setState({ dock: id, dockOpen: true });
    focusPanel();
  });
const dialog = (id: DialogName, keys: readonly string[], group: CommandGroup = 'window'): Command =>
  always(`open-${id}`, group, keys, ({ view }) => view.setState({ dialog: id }));
const zoom = (id: string, keys: readonly string[], run: (viewport: Viewport) => void): Command =>
  onDocument(id, 'view', keys, (_session, { view }) => {
    const { canvas } = view.getState();
    if (canvas) run(canvas.viewport);
  });
type Viewport = NonNullable<ReturnType<Studio['view']['getState']>['canvas']>['viewport'];

/** Everything the studio can do, in the order in which it is listed. */
export const commands: readonly Command[] = [
  always('new', 'file', ['$mod+Alt+n'], ({ workspace }) => workspace.createEmpty()),
  dialog('new', ['$mod+Alt+Shift+n'], 'file'),
  always('open', 'file', ['$mod+o'], async ({ workspace }) => workspace.openFiles(await chooseFiles())),
  onDocument('export-picture', 'file', ['$mod+Alt+Shift+s'], (_session, { view }) =>
    view.setState({ dialog: 'export' }),
  ),
  onDocument('export-png', 'file', ['$mod+Shift+s'], (session, studio) =>
    exportDocument(studio, session, { format: 'png' }),
  ),
  onDocument('export-jpeg', 'file', [], (session, studio) =>
    exportDocument(studio, session, { format: 'jpeg', quality: studio.host.settings.getState().export.quality }),
  ),
  onDocument('export-webp', 'file', [], (session, studio) =>
    exportDocument(studio, session, { format: 'webp', quality: studio.host.settings.getState().export.quality }),
  ),
  onDocument('export-psd', 'file', [], (session, studio) => exportDocument(studio, session, { format: 'psd' })),
  onDocument('export-ora', 'file', [], (session, studio) => exportDocument(studio, session, { format: 'ora' })),
  onDocument('export-ovis', 'file', ['$mod+s'], (session, studio) =>
    exportDocument(studio, session, { format: 'ovis', history: 'whole' }),
  ),
  onDocument('close', 'file', ['$mod+Alt+w'], ({ id }, { workspace }) => workspace.close(id)),

  {
    ...onDocument(
      'undo',
      'edit',
      ['$mod+z'],
      (session) => session.undo(),
      ({ store }) => (undoTarget(store.getState().tree) ? null : 'nothing-to-undo'),
    ),
    about: (studio) => wordsOfStep(studio, (tree) => undoTarget(tree) && tree.current),
  },
  {
    ...onDocument(
      'redo',
      'edit',
      ['$mod+Shift+z', '$mod+y'],
      (session) => session.redo(),
      ({ store }) => (redoTarget(store.getState().tree) ? null : 'nothing-to-redo'),
    ),
    about: (studio) => wordsOfStep(studio, redoTarget),
  },
  // The system hands over what is pasted by keys; see `listenToKeys`.
  { ...onDocument('paste', 'edit', [], (_session, studio) => pasteFromClipboard(studio)), fixedKeys: '$mod+v' },
  ...canvasCommands,

  ...layerCommands,

  zoom('zoom-fit', ['$mod+0'], (viewport) => viewport.fit()),
  zoom('zoom-100', ['$mod+1'], (viewport) => viewport.zoomTo(1)),
  zoom('zoom-200', ['$mod+2'], (viewport) => viewport.zoomTo(2)),
  zoom('zoom-in', ['$mod+='], (viewport) => viewport.step('in')),
  zoom('zoom-out', ['$mod+-'], (viewport) => viewport.step('out')),
  onDocument('selection-view', 'view', ['q'], (_session, { view }) => {
    const { canvas } = view.getState();
    canvas?.setSelectionView(canvas.state.get().selectionView === 'ants' ? 'tint' : 'ants');
  }),
  onDocument(
    'show-change',
    'view',
    ['Shift+|'],
    (_session, { view }) => view.setState(({ showsChange }) => ({ showsChange: !showsChange })),
    (session, studio) => (candidate(session, studio) ? null : 'no-candidate'),
  ),
  onDocument('compare', 'view', ['\\'], (session, studio) =>
    studio.view.setState(({ comparison }) => ({ comparison: comparison ? null : before(session, studio) })),
  ),

  ...toolIds.map((tool) =>
    onDocument(`tool-${tool}`, 'tool', [toolKeys[tool]], (_session, { view }) =>
      view.getState().canvas?.chooseTool(tool),
    ),
  ),

  ...promptCommands,

  dialog('palette', ['$mod+k']),
  dialog('models', []),
  dialog('settings', ['$mod+Alt+s']),
  dialog('shortcuts', ['Shift+?']),
  always('restart-engine', 'window', [], ({ client }) => client.engine.restart()),
  always('next-region', 'window', ['F6'], () => goToRegion(1)),
  always('region-before', 'window', ['Shift+F6'], () => goToRegion(-1)),
  dock('layers', ['F7']),
  dock('history', ['F8']),
  dock('gallery', ['F9']),
  dock('ask', ['F10']),
  dock('jobs', ['F11']),
  always('toggle-dock', 'window', ['$mod+\\'], ({ view }) =>
    view.setState(({ dockOpen }) => ({ dockOpen: !dockOpen })),
  ),
];

export const commandById: ReadonlyMap<string, Command> = new Map(commands.map((command) => [command.id, command]));

/** Runs a command that a control stands for. */
export function runById(studio: Studio, id: string): void {
  runCommand(studio, defined(commandById.get(id), `command ${id}`));
}
