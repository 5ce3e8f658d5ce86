/** Puts the cursor into the prompt, once a menu that closes has given the focus back. */
export function focusPrompt(): void {
  requestAnimationFrame(() => document.querySelector<HTMLTextAreaElement>('#prompt')?.focus());
}
