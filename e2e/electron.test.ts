/** @file The studio in Electron's own window, where there is one: the same story as in the browser. */
import { cp, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { _electron } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';

import { makeTinyModel } from '../src/testing/studio-session.ts';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { fillSelection } from './fill-selection.ts';
import { errorsOf } from './studio-page.ts';
// @ts-expect-error A script without types, shared with `npm start`.
import { buildIfStale } from '../scripts/build.mjs';
// @ts-expect-error As above.
import { findElectron } from '../scripts/electron.mjs';

const binary = (findElectron as (options: { mayFetch: boolean }) => string | undefined)({ mayFetch: false });

it('opens in a window, with menus in its language, and does what it does in the browser', async ({ skip }) => {
  skip(
    binary === undefined,
    'Electron’s binary, or a display, is not here: run `npm start` once where it can be fetched.',
  );
  (buildIfStale as (parts: readonly string[]) => void)(['node', 'page']);
  const home = await temporaryFolder();
  const model = await makeTinyModel(await temporaryFolder());
  await mkdir(join(home, 'models'));
  await cp(model, join(home, 'models', 'tiny'), { recursive: true });
  // A sandbox inside a container's root is none.
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const studio = await _electron.launch({
    executablePath: binary!,
    args: [...flags, '--lang=en-GB', resolve('.')],
    env: { ...(process.env as Record<string, string>), OVIS_HOME: home },
  });
  onTestFinished(() => studio.close());
  const page = await studio.firstWindow();
  const errors = errorsOf(page);
  await page.locator('#prompt').waitFor();
  expect(page.url()).toBe('studio://app/');
  const menus = () => studio.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label) ?? []);
  await expect.poll(menus).toEqual(expect.arrayContaining(['File', 'Edit', 'Layer']));
  await fillSelection(page);
  await expect.poll(() => page.title()).toBe('photo – Ovis Studio');
  const isIsolated = await page.evaluate(`typeof require === 'undefined' && typeof process === 'undefined'`);
  expect(isIsolated).toBe(true);
  expect(errors).toEqual([]);
});
