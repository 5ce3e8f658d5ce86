/** @file The studio as a person has it: a real browser, a real host, a real engine, and a tiny model with random weights. */
import { resolve } from 'node:path';

import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

import { startWebHost } from '../src/server/web-host.ts';
import { launchBrowser } from '../src/testing/browser.ts';
import { bundleScripts } from '../src/testing/bundle-scripts.ts';
import { makeTinyModel, openStudioSession, type StudioSession } from '../src/testing/studio-session.ts';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
// @ts-expect-error A script without types, shared with `npm start`.
import { buildIfStale } from '../scripts/build.mjs';

export interface StudioPage extends StudioSession {
  readonly page: Page;
  /** What the page logged as an error, and exceptions nobody caught. */
  readonly errors: readonly string[];
}

interface StudioPageOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly locale?: string;
  readonly colorScheme?: 'light' | 'dark';
}

/** Opens the studio's page on a new library; all of it ends with the test. */
export async function openStudioPage(options: StudioPageOptions = {}): Promise<StudioPage> {
  const { viewport = { width: 1440, height: 900 }, locale = 'en-GB', colorScheme = 'dark' } = options;
  (buildIfStale as (parts: readonly string[]) => void)(['page']);
  const scripts = await bundleScripts({ engine: 'src/engine/entry-node.ts' });
  onTestFinished(() => scripts[Symbol.asyncDispose]());
  const model = await makeTinyModel(await temporaryFolder());
  const session = await openStudioSession({ scripts, model });
  const host = await startWebHost({ studio: session.studio, pageFolder: resolve('dist/renderer') });
  onTestFinished(() => host.close());
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  const context = await browser.newContext({ viewport, locale, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(host.newLink());
  await page.locator('#prompt').waitFor();
  return { ...session, page, errors };
}
