/**
 * @file The system's clipboard, as far as the browser lets a page have it: not without being asked, not in every browser,
 * and not at all where the page comes from another machine without TLS.
 */

/** @returns whether it is there now */
export async function copyPicture(picture: Promise<Blob>): Promise<boolean> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
    return true;
  } catch {
    // That it could not be made is another matter.
    await picture;
    return false;
  }
}

/** @returns whether they are there now */
export async function copyWords(words: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    return false;
  }
}

/** What was copied; null where the browser does not tell. */
export async function readClipboard(): Promise<ClipboardItems | null> {
  try {
    return await navigator.clipboard.read();
  } catch {
    return null;
  }
}
