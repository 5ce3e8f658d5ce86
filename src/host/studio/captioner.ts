import { randomUUID } from 'node:crypto';

import { zJobId } from '#shared/contract/job-events';
import { zJobRequest, type Precision } from '#shared/contract/job-request';
import type { GalleryId, GalleryItem } from '#shared/library/gallery-item';
import type { Library } from '../library/library.ts';
import type { JobRunner } from './job-runner.ts';

interface CaptionerOptions {
  readonly library: Pick<Library, 'gallery' | 'settings'>;
  readonly jobs: Pick<JobRunner, 'runAside'>;
  /** The model to ask; null while there is none that would cost nothing to ask. */
  readonly model: () => Promise<{ readonly id: string; readonly precision: Precision } | null>;
}

const questions = {
  en: 'Describe this picture in one short sentence.',
  zh: '用一句简短的话描述这张图片。',
} as const;

/** Captions are one sentence. */
const maxTokens = 64;

/** Writes captions for pictures of the gallery that have none, newest first, so that they are found by what they show. */
export class Captioner {
  readonly #options: CaptionerOptions;
  /** Those that gave no caption are not asked about again in this run. */
  readonly #tried = new Set<GalleryId>();

  constructor(options: CaptionerOptions) {
    this.#options = options;
  }

  /** @returns whether there may be more to do; false also when something else came first */
  async describeNext({ signal }: { readonly signal: AbortSignal }): Promise<boolean> {
    const { library, jobs, model } = this.#options;
    const asked = await model();
    const item = asked && (await this.#next());
    if (!asked || !item) return false;
    const { language } = library.settings.current;
    const request = zJobRequest.parse({
      kind: 'describe',
      model: asked.id,
      precision: asked.precision,
      images: [item.blob],
      turns: [{ role: 'user', text: questions[language === 'zh' ? 'zh' : 'en'] }],
      maxTokens,
    });
    const outcome = await jobs.runAside({ id: zJobId.parse(randomUUID()), request }, { signal });
    if (outcome === null || outcome.kind === 'cancelled') return false;
    this.#tried.add(item.id);
    const caption = outcome.kind === 'finished' ? outcome.text.trim() : '';
    // A person may have written one meanwhile.
    if (caption !== '') await library.gallery.change([item.id], (now) => ({ caption: now.caption || caption }));
    return true;
  }

  async #next(): Promise<GalleryItem | null> {
    const { gallery } = this.#options.library;
    for (let before: number | null = null; ;) {
      const page = await gallery.page({}, { before, limit: 500 });
      const found = page.items.find(({ id, caption }) => caption === '' && !this.#tried.has(id));
      if (found || page.next === null) return found ?? null;
      before = page.next;
    }
  }
}
