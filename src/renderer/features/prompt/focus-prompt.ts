/** Puts the cursor into the prompt, once a menu that closes has given the focus back. */
export function focusPrompt(): void {
  requestAnimationFrame(moveCursor);
}

/** The same for a key of its own: what is typed right after it is meant for the prompt. That key must not be typed itself. */
export function focusPromptAtOnce(): void {
  moveCursor();
  focusPrompt();
}

function moveCursor(): void {
  document.querySelector<HTMLTextAreaElement>('#prompt')?.focus();
}
