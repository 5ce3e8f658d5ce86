import { parseRecipe, type Recipe } from '#shared/recipe/recipe';

/** A whole recipe of a generated picture, for tests. */
export function buildRecipe({ prompt = 'a brass lamp', ancestors = 0 } = {}): Recipe {
  const request = {
    kind: 'generate',
    model: 'ovis-u1-nano-int8',
    precision: 'int8',
    prompt,
    seed: 4_294_967_295,
    steps: 20,
    solver: 'euler',
    textGuidance: 5,
    width: 512,
    height: 384,
  };
  return parseRecipe({
    version: 1,
    request,
    app: { name: 'Ovis Studio', version: '0.1.0' },
    model: { name: 'Ovis-U1-nano', sha256: 'b'.repeat(64) },
    device: { kind: 'cpu', runtime: 'onnxruntime 1.30.0' },
    result: { width: 512, height: 384, pixelsSha256: 'c'.repeat(64) },
    report: { totalMs: 12_345, warnings: ['edit-shifted'] },
    ancestors: Array.from({ length: ancestors }, () => ({ request, result: 'd'.repeat(64) })),
    madeAt: '2026-01-02T03:04:05.000Z',
  });
}
