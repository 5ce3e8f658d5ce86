import { isAbsolute, resolve } from 'node:path';

/** What the studio opens when it is handed to it. */
const opened = /\.(?:ovis|psd|psb|ora|png|jpe?g|webp|avif|tiff?|gif|svg)$/i;

/**
 * The files that a command line names, as absolute paths. Switches, and the program's own folder in development, are none.
 * @param folder that relative names are relative to
 */
export function fileArguments(args: readonly string[], folder: string): string[] {
  return args
    .slice(1)
    .filter((arg) => !arg.startsWith('-') && opened.test(arg))
    .map((arg) => (isAbsolute(arg) ? arg : resolve(folder, arg)));
}
