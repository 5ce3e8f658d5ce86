import type { i18n } from 'i18next';
import type { StoreApi } from 'zustand/vanilla';

import type { Settings } from '#shared/library/settings';
import { languageOf } from '../i18n/i18n.ts';

/** Keeps the page's theme, motion and language as the settings have them, or the system where they leave it to it. */
export function followLook(settings: StoreApi<Settings>, words: i18n): void {
  const light = window.matchMedia('(prefers-color-scheme: light)');
  const root = document.documentElement;
  function show(): void {
    const now = settings.getState();
    const language = languageOf(now, navigator.languages);
    root.dataset['theme'] = now.theme === 'system' ? (light.matches ? 'light' : 'dark') : now.theme;
    root.dataset['motion'] = now.motion;
    root.lang = language === 'zh' ? 'zh-CN' : 'en';
    if (words.language !== language) void words.changeLanguage(language);
  }
  show();
  settings.subscribe(show);
  light.addEventListener('change', show);
}
