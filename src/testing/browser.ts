/**
 * @file A real Chromium for tests: the renderer's modules are served as they are written and run in a page of it.
 */
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { chromium as driver, type Browser, type Page } from 'playwright-core';
import { createServer } from 'vite';

/** Chromium out of an npm package, without a window and without any traffic of its own. */
export async function launchBrowser({ args = [] }: { args?: readonly string[] } = {}): Promise<Browser> {
  return driver.launch({
    executablePath: await chromium.executablePath(),
    headless: true,
    args: ['--no-sandbox', '--disable-background-networking', '--font-render-hinting=none', ...args],
  });
}

export interface RendererPage extends AsyncDisposable {
  readonly page: Page;
  /** Address of the served `src/renderer`, with a slash at its end. */
  readonly origin: string;
  /** Everything the page logged as an error, and every exception nobody caught. */
  readonly errors: readonly string[];
  /**
   * Calls a function that a module of the renderer exports, in the page, and returns what it returns.
   * @param module - path below `src/renderer`
   */
  call<Result>(module: string, name: string, ...args: readonly unknown[]): Promise<Result>;
}

/** Serves `src/renderer` and opens a page in it; blank, unless `path` names one. */
export async function openRendererPage({
  path = '',
  viewport = { width: 1280, height: 800 },
  pixelRatio = 1,
  reducedMotion = 'reduce',
}: {
  path?: string;
  viewport?: { width: number; height: number };
  pixelRatio?: number;
  reducedMotion?: 'reduce' | 'no-preference';
} = {}): Promise<RendererPage> {
  const server = await createServer({
    // Tests and benchmarks run in the repository's folder; a bundled benchmark lies elsewhere itself.
    root: join(process.cwd(), 'src/renderer'),
    configFile: false,
    logLevel: 'error',
    appType: 'mpa',
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null, fs: { allow: ['../..'] } },
    // Nothing is bundled in advance: what the canvas imports is made of modules already.
    optimizeDeps: { noDiscovery: true },
    plugins: [
      {
        name: 'blank-page',
        configureServer: ({ middlewares }) => {
          middlewares.use('/blank', (_request, response) => {
            response.setHeader('content-type', 'text/html');
            response.end('<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body></body>');
          });
        },
      },
    ],
  });
  await server.listen();
  const origin = server.resolvedUrls!.local[0]!;
  const browser = await launchBrowser();
  const context = await browser.newContext({ viewport, deviceScaleFactor: pixelRatio, reducedMotion });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(origin + (path === '' ? 'blank' : path));
  return {
    page,
    origin,
    errors,
    // As text: the test runner would rewrite an `import()` in a function.
    call: (module, name, ...args) =>
      page.evaluate(
        `import(${JSON.stringify(`/${module}`)}).then((it) => it[${JSON.stringify(name)}](...${JSON.stringify(args)}))`,
      ),
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await server.close();
    },
  };
}
