/** The tags that are any: browsers also hand on what the system calls its languages, such as `en-US@posix`. */
export function languageTags(reader: readonly string[]): string[] {
  return reader.filter((tag) => {
    try {
      return Intl.getCanonicalLocales(tag).length > 0;
    } catch {
      return false;
    }
  });
}
