/**
 * The three ways of drawing: each is one of the emoji sets (see resources/ATTRIBUTION.md). The plain word is what a
 * person would say, the set's own name is what someone who knows it would.
 */
export const styles = {
  noto: { package: '@iconify-json/noto', word: 'soft', wordZh: '柔和', name: 'Noto' },
  twemoji: { package: '@iconify-json/twemoji', word: 'flat', wordZh: '扁平', name: 'Twemoji' },
  fluent: { package: '@iconify-json/fluent-emoji-flat', word: 'bold', wordZh: '明快', name: 'Fluent' },
} as const;

export type StyleId = keyof typeof styles;
export const styleIds = Object.keys(styles) as readonly StyleId[];
