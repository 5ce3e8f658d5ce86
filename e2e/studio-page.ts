/** @file The studio as a person has it: a real browser, a real host, a real engine, and the model in the box. */
import { resolve } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

import { startWebHost, type WebHost } from '../src/server/web-host.ts';
import { launchBrowser } from '../src/testing/browser.ts';
import { bundleScripts, type BundledScripts } from '../src/testing/bundle-scripts.ts';
import { makeTinyModel, openStudioSession, type StudioSession } from '../src/testing/studio-session.ts';

export interface StudioPage extends StudioSession {
  readonly host: WebHost;
  readonly page: Page;
  /** What the page logged as an error, and exceptions nobody caught. */
  readonly errors: readonly string[];
}

interface StudioPageOptions extends Omit<Parameters<typeof openStudioSession>[0], 'scripts' | 'model'> {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly locale?: string;
  readonly colorScheme?: 'light' | 'dark';
  /** By default nothing moves, and stories need not wait for it. */
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

/** Opens the studio's page on a new library; all of it ends with the test. */
export async function openStudioPage(options: StudioPageOptions = {}): Promise<StudioPage> {
  const scripts = await bundleScripts({ engine: 'src/engine/entry-node.ts' });
  onTestFinished(() => scripts[Symbol.asyncDispose]());
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  return openPage({ scripts, browser }, { bundledModelsFolder: resolve('resources/models'), ...options });
}

interface Stage {
  readonly scripts: BundledScripts;
  /** To be installed in each library. */
  readonly model?: string;
  readonly browser: Browser;
}

/**
 * The same for a whole file of tests: they share a browser, and each has a host and a library of its own.
 * @param engine the script of the engine's process
 */
export function shareBrowser({ engine }: { readonly engine: string }) {
  let stage: Stage;
  beforeAll(async () => {
    const scripts = await bundleScripts({ engine });
    stage = { scripts, model: await makeTinyModel(scripts.folder), browser: await launchBrowser() };
  });
  afterAll(async () => {
    await stage.browser.close();
    await stage.scripts[Symbol.asyncDispose]();
  });
  return {
    open: (options: StudioPageOptions = {}) => openPage(stage, options),
    /** Another run of the studio on the same library, at the same address. */
    restart: async ({ home, host }: StudioPage) => {
      const session = await openStudioSession({ scripts: stage.scripts, home });
      return { ...session, host: await serve(session, host.port) };
    },
  };
}

async function openPage({ scripts, model, browser }: Stage, options: StudioPageOptions): Promise<StudioPage> {
  const {
    viewport = { width: 1440, height: 900 },
    locale = 'en-GB',
    colorScheme = 'dark',
    reducedMotion = 'reduce',
    ...more
  } = options;
  const session = await openStudioSession({
    scripts,
    ...(more.home === undefined && model !== undefined && { model }),
    ...more,
  });
  const host = await serve(session);
  const context = await browser.newContext({ viewport, locale, colorScheme, reducedMotion });
  onTestFinished(() => context.close());
  // Machines that run these may be busy with other things; what hangs is still found.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const errors = errorsOf(page);
  await page.goto(host.newLink());
  await page.locator('#prompt').waitFor();
  return { ...session, host, page, errors };
}

async function serve({ studio }: StudioSession, port = 0): Promise<WebHost> {
  const host = await startWebHost({ studio, pageFolder: resolve('dist/renderer'), port });
  onTestFinished(() => host.close());
  return host;
}

/** Grows with what the page logs as an error, and with exceptions nobody caught. */
export function errorsOf(page: Page): readonly string[] {
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  return errors;
}
