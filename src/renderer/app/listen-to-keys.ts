import { commands } from '../commands/commands.ts';
import { commandOf, fieldAt, isTyping, staysInField } from '../commands/keys.ts';
import { runCommand } from '../commands/run-command.ts';
import { focusCanvas } from '../features/canvas/focus-canvas.ts';
import { pasteTransfer } from '../features/canvas/paste.ts';
import type { ToolId } from '../canvas/tools/tool.ts';
import type { Studio } from './studio.ts';

/** Panels, tools and settings: Escape leaves them for the canvas. */
const isBesideCanvas = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('.dock, .tool-rail, .prompt-settings') !== null;

/** Gives key presses to commands and to the canvas, but for those that stay in a field (see `staysInField`). */
export function listenToKeys(studio: Studio): void {
  const { host, view } = studio;

  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const field = fieldAt(event.target);
    const typing = field === 'text';
    const { canvas, dialog, comparison } = view.getState();
    if (event.key === 'Escape' && comparison && dialog === null && !typing) {
      event.preventDefault();
      view.setState({ comparison: null });
      return;
    }
    if (event.key === 'Escape' && isBesideCanvas(event.target)) {
      event.preventDefault();
      focusCanvas();
      return;
    }
    if (staysInField(event, field)) {
      // All words of the page would be marked, for one.
      if (!typing) event.preventDefault();
      return;
    }
    // Buttons and lists have Enter, Space and the arrows for themselves.
    const isOnControl = event.target instanceof Element && event.target.closest('button, [role], a, summary');
    const isOnCanvas = event.target instanceof Element && event.target.closest('.canvas-host');
    const isForCanvas = !typing && dialog === null && (!isOnControl || isOnCanvas !== null);
    // What the hand is in the middle of comes before commands: Backspace takes a corner back instead of clearing.
    if (isForCanvas && event.key === 'Backspace' && canvas?.keyDown(event)) {
      event.preventDefault();
      return;
    }
    const command = commandOf(event, commands, host.settings.getState());
    if (command && (dialog === null || command.group === 'window')) {
      event.preventDefault();
      if (canvas && command.id.startsWith('tool-')) canvas.pressToolKey(command.id.slice(5) as ToolId, event.key);
      else runCommand(studio, command);
      return;
    }
    if (isForCanvas && canvas?.keyDown(event)) event.preventDefault();
  });
  window.addEventListener('keyup', (event) => {
    const { canvas } = view.getState();
    canvas?.releaseToolKey(event.key);
    canvas?.keyUp(event);
  });
  window.addEventListener('blur', () => view.getState().canvas?.releaseKeys());
  window.addEventListener('paste', (event) => {
    if (!isTyping(event.target) && event.clipboardData)
      pasteTransfer(studio, event.clipboardData).catch(studio.notices.fault);
  });
  // A file or a link that misses its target would replace the page.
  for (const kind of ['dragover', 'drop'] as const) {
    window.addEventListener(kind, (event) => {
      if (event.dataTransfer?.types.includes('Files') || !isTyping(event.target)) event.preventDefault();
    });
  }
}
