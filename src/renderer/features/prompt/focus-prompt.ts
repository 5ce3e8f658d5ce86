/**
 * Puts the cursor into the prompt: at once, since what is typed next is meant for it, and again when a menu that closes
 * has given the focus back.
 */
export function focusPrompt(): void {
  const focus = (): void => document.querySelector<HTMLTextAreaElement>('#prompt')?.focus();
  focus();
  requestAnimationFrame(focus);
}
