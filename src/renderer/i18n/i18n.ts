import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';

import type { ErrorCode } from '#base/error-codes';
import type { Settings } from '#shared/library/settings';
import { words as en } from './en/words.ts';
import { faults as zhFaults } from './zh/faults.ts';
import { words as zh } from './zh/words.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof en;
    enableSelector: false;
  }
}

export type Language = 'en' | 'zh';

/** Words of every namespace: `words('prompt:run.edit')`. */
export type Words = i18n['t'];

export function createWords(language: Language): i18n {
  const instance = createInstance();
  void instance.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    defaultNS: 'common',
    resources: { en, zh },
    // React escapes what it shows.
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  return instance;
}

/** The language that a setting stands for on this system. */
export function languageOf({ language }: Pick<Settings, 'language'>, system: readonly string[]): Language {
  if (language !== 'system') return language;
  return system[0]?.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** An error, and what its sentence may name. */
interface Told {
  readonly code: ErrorCode;
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What went wrong, in the language of the window as far as it has words for it. */
export function faultText({ code, message, data = {} }: Told, language: string): string {
  const sentence = language.startsWith('zh') ? zhFaults[code] : undefined;
  const told = (name: string): string => {
    const value = data[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  return sentence?.replace(/\{(\w+)\}/g, (_, name: string) => told(name)) ?? message;
}
