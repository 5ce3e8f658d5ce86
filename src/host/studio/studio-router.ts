import { availableParallelism, totalmem } from 'node:os';

import { implement } from '@orpc/server';

import type { GalleryEvent as StoredGalleryEvent } from '../library/gallery/gallery-event.ts';
import { studioContract } from '#shared/contract/studio/contract';
import type { GalleryEvent } from '#shared/contract/studio/gallery';
import type { HostInfo } from '#shared/contract/studio/host';
import { toRpcError, toWireError } from '#shared/contract/wire-error';
import { preferredModel } from '../models/installed-models.ts';
import type { Studio } from './open-studio.ts';
import { renderStep } from './render-step.ts';
import type { ShellWindow } from './shell-window.ts';
import { latest, queued } from './streams.ts';

/** What a call is told beside its input: which window it comes from. */
export interface StudioContext {
  readonly window: ShellWindow;
}

const server = implement(studioContract)
  .$context<StudioContext>()
  .use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      throw toRpcError(error);
    }
  });

/** The contract, kept by a studio. */
export function studioRouter(studio: Studio) {
  return server.router({
    documents: documentsRouter(studio),
    files: filesRouter(studio),
    jobs: jobsRouter(studio),
    gallery: galleryRouter(studio),
    models: modelsRouter(studio),
    settings: settingsRouter(studio),
    engine: engineRouter(studio),
    estimates: estimatesRouter(studio),
    host: hostRouter(studio),
  });
}

function documentsRouter({ documents, library }: Studio) {
  const { documents: on } = server;
  return on.router({
    list: on.list.handler(async ({ input }) => documents.list(input)),
    watchList: on.watchList.handler(({ signal }) =>
      latest(
        () => ({ kind: 'changed' as const }),
        (onChange) => documents.subscribe(onChange),
        { signal },
      ),
    ),
    create: on.create.handler(async ({ input: { title, document } }) => {
      const id = await library.documents.create(document, { title });
      documents.listChanged();
      return { id };
    }),
    duplicate: on.duplicate.handler(async ({ input }) => {
      const id = await library.documents.duplicate(input.id);
      documents.listChanged();
      return { id };
    }),
    watch: on.watch.handler(({ input: { id, after }, signal }) => {
      void noteAsRecent(library, id);
      return tellingErrors(documents.watch(id, { after, signal }));
    }),
    document: on.document.handler(({ input: { id, node } }) => documents.use(id, (open) => open.document(node))),
    commit: on.commit.handler(({ input: { id, commit } }) => documents.use(id, (open) => open.commit(commit))),
    go: on.go.handler(({ input: { id, node } }) => documents.use(id, (open) => open.go(node))),
    undo: on.undo.handler(({ input }) => documents.undo(input.id)),
    redo: on.redo.handler(({ input }) => documents.redo(input.id)),
    change: on.change.handler(({ input: { id, node, changes } }) =>
      documents.use(id, (open) => open.change(node, changes)),
    ),
    markStaleBelow: on.markStaleBelow.handler(({ input: { id, node } }) =>
      documents.use(id, (open) => open.markStaleBelow(node)),
    ),
    saveDraft: on.saveDraft.handler(({ input: { id, prompt } }) => documents.use(id, (open) => open.saveDraft(prompt))),
    rename: on.rename.handler(({ input: { id, title } }) => documents.use(id, (open) => open.rename(title))),
    remove: on.remove.handler(({ input }) => documents.remove(input.id)),
    restore: on.restore.handler(async ({ input }) => {
      await library.documents.restore(input.id);
      documents.listChanged();
    }),
    purge: on.purge.handler(async ({ input }) => {
      await library.documents.purge(input.id);
      documents.listChanged();
    }),
    render: on.render.handler(async ({ input: { id, node, ...wish }, signal }) => {
      const work = await documents.use(id, (open) => (node === null ? open.current() : open.document(node)));
      return renderStep(work, library.blobs, { ...wish, signal });
    }),
  });
}

function filesRouter({ files }: Studio) {
  const { files: on } = server;
  return on.router({
    open: on.open.handler(({ input, signal }) => files.open(input.source, { signal })),
    place: on.place.handler(async ({ input, signal }) => {
      const { pixels, recipe, prompt, notes } = await files.place(input.source, { signal });
      const { blob, width, height } = pixels;
      return { picture: { blob, width, height }, recipe, prompt, notes };
    }),
    export: on.export.handler(({ input, signal }) => files.export({ ...input, signal })),
  });
}

function jobsRouter({ jobs }: Studio) {
  const { jobs: on } = server;
  return on.router({
    list: on.list.handler(() => jobs().list()),
    watch: on.watch.handler(({ input: { after }, signal }) => jobs().watch({ after, signal })),
    start: on.start.handler(({ input: { requests, ...options } }) => jobs().start(requests, options)),
    move: on.move.handler(({ input: { id, before } }) => jobs().move(id, before)),
    cancel: on.cancel.handler(({ input }) => jobs().cancel(input.ids)),
    offer: on.offer.handler(({ input: { ids, isOpen } }) => jobs().offer(ids, isOpen)),
    retry: on.retry.handler(({ input }) => jobs().retry(input.id)),
  });
}

function galleryRouter({ library: { gallery } }: Studio) {
  const { gallery: on } = server;
  return on.router({
    page: on.page.handler(async ({ input: { filter, before, limit } }) => {
      const { items, next } = await gallery.page(filter, { before, limit });
      return { items: [...items], next };
    }),
    count: on.count.handler(({ input }) => gallery.count(input.filter)),
    get: on.get.handler(async ({ input }) => (await gallery.get(input.id)) ?? null),
    tags: on.tags.handler(() => gallery.tags()),
    watch: on.watch.handler(({ signal }) =>
      queued<GalleryEvent>(
        (tell) => gallery.subscribe((events) => events.map(galleryEvent).forEach((event) => tell(event))),
        { signal },
      ),
    ),
    change: on.change.handler(({ input: { ids, changes } }) => gallery.change(ids, changes)),
    tag: on.tag.handler(({ input: { ids, add, remove } }) =>
      gallery.change(ids, ({ tags }) => ({
        tags: [...new Set([...tags, ...add])].filter((tag) => !remove.includes(tag)),
      })),
    ),
    trash: on.trash.handler(({ input }) => gallery.change(input.ids, { trashedAt: Date.now() })),
    restore: on.restore.handler(({ input }) => gallery.change(input.ids, { trashedAt: null })),
    purge: on.purge.handler(({ input }) => gallery.remove(input.ids)),
  });
}

function modelsRouter({ models }: Studio) {
  const { models: on } = server;
  const state = async () => {
    const found = await models.list();
    return { models: found, tasks: models.tasks, preferred: preferredModel(found) };
  };
  return on.router({
    list: on.list.handler(() => models.list()),
    watch: on.watch.handler(({ signal }) =>
      tellingErrors(latest(state, (onChange) => models.subscribe(onChange), { signal })),
    ),
    import: on.import.handler(({ input: { folder, ...options } }) => ({ task: models.import(folder, options) })),
    pull: on.pull.handler(({ input: { repo, ...options } }) => ({ task: models.pull(repo, options) })),
    verify: on.verify.handler(async ({ input }) => ({ task: await models.verify(input.id) })),
    cancelTask: on.cancelTask.handler(({ input }) => models.cancel(input.id)),
    dismissTask: on.dismissTask.handler(({ input }) => models.dismiss(input.id)),
    remove: on.remove.handler(({ input }) => models.remove(input.id)),
  });
}

function settingsRouter({ library: { settings } }: Studio) {
  const { settings: on } = server;
  return on.router({
    get: on.get.handler(() => settings.current),
    change: on.change.handler(({ input }) => settings.change(input)),
    watch: on.watch.handler(({ signal }) =>
      latest(
        () => settings.current,
        (onChange) => settings.subscribe(onChange),
        { signal },
      ),
    ),
  });
}

function engineRouter({ engine }: Studio) {
  const { engine: on } = server;
  return on.router({
    watch: on.watch.handler(({ signal }) =>
      queued((tell) => engine.onState(tell), { signal, first: () => [engine.state] }),
    ),
    start: on.start.handler(() => engine.start()),
    restart: on.restart.handler(async () => {
      await engine.stop();
      return engine.start();
    }),
  });
}

function estimatesRouter({ estimate }: Studio) {
  const { estimates: on } = server;
  return on.router({ of: on.of.handler(({ input }) => estimate(input)) });
}

function hostRouter(studio: Studio) {
  const { host: on } = server;
  return on.router({
    info: on.info.handler(({ context: { window } }) => hostInfo(studio, window)),
    watch: on.watch.handler(({ context: { window }, signal }) => queued((tell) => window.subscribe(tell), { signal })),
    chooseFolder: on.chooseFolder.handler(({ input, context: { window } }) => window.chooseFolder(input.title)),
    setMenu: on.setMenu.handler(({ input, context: { window } }) => window.setMenu(input.menus)),
    setTitle: on.setTitle.handler(({ input, context: { window } }) => window.setTitle(input.title)),
  });
}

function hostInfo({ version, run, home, library }: Studio, { shell, can }: ShellWindow): HostInfo {
  const { readOnlyBecause, settings } = library;
  const platforms: readonly string[] = ['darwin', 'win32', 'linux'] satisfies HostInfo['platform'][];
  return {
    version,
    run,
    shell,
    can,
    platform: platforms.includes(process.platform) ? (process.platform as HostInfo['platform']) : 'other',
    cpuCount: availableParallelism(),
    memoryBytes: totalmem(),
    dataFolder: home,
    readOnlyBecause: readOnlyBecause ? toWireError(readOnlyBecause) : null,
    settingsNotices: settings.notices,
  };
}

function galleryEvent(event: StoredGalleryEvent): GalleryEvent {
  return event.type === 'put' ? { kind: 'put', item: event.item } : { kind: 'removed', id: event.id };
}

/** What was opened last comes first. That a list of files could not be updated is nothing to bother anyone with. */
async function noteAsRecent(
  { settings }: Studio['library'],
  id: Studio['library']['settings']['current']['tabs'][number],
) {
  const others = settings.current.recentDocuments.filter((other) => other !== id);
  await settings.change({ recentDocuments: [id, ...others].slice(0, 50) }).catch(() => undefined);
}

/** The stream, whose errors reach the caller as those of calls do. */
function tellingErrors<T>(stream: AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
  const next = stream.next.bind(stream);
  stream.next = () =>
    next().catch((error: unknown) => {
      throw toRpcError(error);
    });
  return stream;
}
