import type { Language } from './i18n.ts';
import { languageTags } from './language-tags.ts';

/** Says when something happened: the time of day, and the day where it is not today's. */
export type SpokenTime = (ms: number, nowMs: number) => string;

/**
 * Times in the words of the window's language, on the clock that the reader is used to: 12 hours or 24.
 * @param reader - the languages of the browser, the preferred one first: `en-GB`
 */
export function spokenTimeFor(language: Language, reader: readonly string[]): SpokenTime {
  const tags = languageTags(reader);
  const locale = tags.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;
  const { hourCycle } = new Intl.DateTimeFormat(tags, { hour: 'numeric' }).resolvedOptions();
  const clock: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit', ...(hourCycle && { hourCycle }) };
  const time = new Intl.DateTimeFormat(locale, clock);
  const day = new Intl.DateTimeFormat(locale, { ...clock, day: 'numeric', month: 'short' });
  const dayOfYear = new Intl.DateTimeFormat(locale, { ...clock, day: 'numeric', month: 'short', year: 'numeric' });
  return (ms, nowMs) => {
    const [then, now] = [new Date(ms), new Date(nowMs)];
    if (then.toDateString() === now.toDateString()) return time.format(then);
    return (then.getFullYear() === now.getFullYear() ? day : dayOfYear).format(then);
  };
}
