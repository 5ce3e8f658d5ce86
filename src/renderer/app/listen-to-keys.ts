import { commands } from '../commands/commands.ts';
import { commandOf, isTyping } from '../commands/keys.ts';
import { pasteTransfer } from '../features/canvas/paste.ts';
import type { ToolId } from '../canvas/tools/tool.ts';
import type { Studio } from './studio.ts';

/** Gives key presses to commands and to the canvas. Where words are typed, only those with Ctrl or Command are commands. */
export function listenToKeys(studio: Studio): void {
  const { host, notices, view } = studio;

  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const typing = isTyping(event.target);
    if (typing && (!(event.ctrlKey || event.metaKey) || isEditing(event))) return;
    const { canvas, dialog } = view.getState();
    const command = commandOf(event, commands, host.settings.getState());
    const refusal = command?.refuse(studio);
    if (command && (dialog === null || command.group === 'window')) {
      event.preventDefault();
      if (refusal) notices.say(studio.words(`commands:refusal.${refusal}`));
      else if (command.id.startsWith('tool-')) canvas?.pressToolKey(command.id.slice(5) as ToolId, event.key);
      else void Promise.resolve(command.run(studio)).catch(notices.fault);
      return;
    }
    // Buttons and lists have Enter, Space and the arrows for themselves.
    const isOnControl = event.target instanceof Element && event.target.closest('button, [role], a, summary');
    const isOnCanvas = event.target instanceof Element && event.target.closest('.canvas-host');
    if (!typing && dialog === null && (!isOnControl || isOnCanvas) && canvas?.keyDown(event)) event.preventDefault();
  });
  window.addEventListener('keyup', (event) => {
    const { canvas } = view.getState();
    canvas?.releaseToolKey(event.key);
    canvas?.keyUp(event);
  });
  window.addEventListener('blur', () => view.getState().canvas?.releaseKeys());
  window.addEventListener('paste', (event) => {
    if (!isTyping(event.target) && event.clipboardData) void pasteTransfer(studio, event.clipboardData);
  });
  // A file that misses its target would replace the page.
  for (const kind of ['dragover', 'drop'] as const) {
    window.addEventListener(kind, (event) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    });
  }
}

/** What text fields do themselves. */
const isEditing = ({ key }: KeyboardEvent): boolean =>
  ['a', 'c', 'v', 'x', 'z', 'y', 'd', 'e', 'b', 'i'].includes(key.toLowerCase());
