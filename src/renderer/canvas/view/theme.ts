/** Colours of what is drawn around and over the picture; the studio's look passes its own. */
export interface CanvasTheme {
  /** Around the document: a middle grey, so that colours are judged fairly. */
  readonly pasteboard: string;
  readonly shadow: string;
  /** The two squares that stand for transparency. */
  readonly checker: readonly [string, string];
  /** Frames, handles and guides. */
  readonly accent: string;
  /** Under light lines, so that they are seen on light pictures. */
  readonly contrast: string;
  readonly handle: string;
  /** Over what a crop would cut off. */
  readonly shade: string;
  /** Over what the picture is to grow into. */
  readonly growth: string;
  /** Over what of the picture a result changes. */
  readonly change: string;
  readonly label: { readonly background: string; readonly text: string; readonly font: string };
}

export const defaultTheme: CanvasTheme = Object.freeze({
  pasteboard: '#6b6b6b',
  shadow: 'rgba(0, 0, 0, 0.35)',
  checker: ['#ffffff', '#d9d9d9'],
  accent: '#4d9fff',
  contrast: 'rgba(0, 0, 0, 0.45)',
  handle: '#ffffff',
  shade: 'rgba(0, 0, 0, 0.55)',
  growth: 'rgba(77, 159, 255, 0.18)',
  change: 'rgba(236, 28, 140, 0.6)',
  label: { background: 'rgba(20, 20, 20, 0.85)', text: '#ffffff', font: '12px system-ui, sans-serif' },
} as const);
