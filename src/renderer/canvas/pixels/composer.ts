import { blendOver, type PixelWindow } from '#raster/blend';
import { intersectRect, isEmptyRect, scaling, transformedBounds, type Rect } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { tilesTouching, type TileKey } from '#shared/document/tile-index';
import { paintGroup, paintNode, paintScene, type PaintOptions } from './compose.ts';
import { contains, lookOf, type GroupNode, type Scene, type SceneChange, type SceneNode } from './scene.ts';
import { copyRows, createBlock, grown, isBlank, tileRect, type Block, type Tile } from './surface.ts';

/** Layers that are flattened once and looked up from then on, until something in them changes. */
interface Run {
  readonly scene: Scene;
  readonly ids: ReadonlySet<LayerId>;
  /** What they look like but for their pixels: a run of the next scene with the same takes the tiles over. */
  readonly look: string;
  /** By level and key; null where nothing is. */
  readonly tiles: Map<`${number}/${TileKey}`, Tile | null>;
}

type Step =
  /** `onEmpty`: nothing is below, so that the run is copied instead of blended. */
  | { readonly kind: 'run'; readonly run: Run; readonly onEmpty: boolean }
  | { readonly kind: 'node'; readonly node: SceneNode }
  | { readonly kind: 'group'; readonly node: GroupNode; readonly steps: readonly Step[] };

/** Flattened tiles are all thrown away when they take more than this; what is seen is flattened again at once. */
const defaultBudgetBytes = 256 * 2 ** 20;

/**
 * Paints a scene fast while one layer of it changes: what is below that layer is flattened and remembered, and so is what
 * is above it where that gives the same picture (blending over one another first is the same for `normal`, and for no
 * other mode).
 */
export class Composer {
  readonly #budgetBytes: number;
  readonly #options: Omit<PaintOptions, 'level'>;
  #steps: readonly Step[] = [];
  #runs: readonly Run[] = [];
  #bytes = 0;

  constructor({
    budgetBytes = defaultBudgetBytes,
    ...options
  }: Omit<PaintOptions, 'level'> & { budgetBytes?: number }) {
    this.#options = options;
    this.#budgetBytes = budgetBytes;
  }

  /**
   * Shows another state of a scene.
   * @param active - the layer that is likely to change next: nothing about it is remembered
   * @param changes - where layers may look different than in the last state
   */
  update(
    scene: Scene,
    { active, changes }: { readonly active: LayerId | null; readonly changes: readonly SceneChange[] },
  ): void {
    const old = new Map(this.#runs.map((run) => [run.look, run]));
    const runs: Run[] = [];
    const makeRun = (nodes: Scene): Run => {
      const look = nodes.map(wholeLook).join();
      const tiles = old.get(look)?.tiles ?? new Map();
      const run: Run = { scene: nodes, ids: new Set(idsIn(nodes)), look, tiles };
      dropTiles(run, changes);
      runs.push(run);
      return run;
    };
    this.#steps = stepsOf(scene, active, makeRun, { onEmpty: true });
    this.#runs = runs;
    this.#bytes = 0;
    for (const { tiles } of runs) for (const tile of tiles.values()) this.#bytes += tile?.length ?? 0;
  }

  /** The picture at a level, in a rectangle of that level's pixels. */
  block(level: number, rect: Rect): Block {
    const block = createBlock(rect, 4);
    this.#paint(block, this.#steps, level);
    return block;
  }

  #paint(target: Block, steps: readonly Step[], level: number): void {
    for (const step of steps) {
      if (step.kind === 'run') this.#paintRun(target, step.run, level, step.onEmpty);
      else if (step.kind === 'node') paintNode(target, step.node, { ...this.#options, level });
      else {
        const paintChildren = (inner: Block): void => this.#paint(inner, step.steps, level);
        paintGroup(target, step.node, { ...this.#options, level }, paintChildren);
      }
    }
  }

  #paintRun(target: Block, run: Run, level: number, onEmpty: boolean): void {
    for (const key of tilesTouching(target)) {
      const tile = this.#tileOf(run, level, key);
      if (!tile) continue;
      const rect = tileRect(key);
      if (onEmpty) copyRows(tile, rect, target.data, target, 4);
      else {
        const common = intersectRect(rect, target);
        blendOver(windowAt(target, target.data, common), windowAt(rect, tile, common), common);
      }
    }
  }

  #tileOf(run: Run, level: number, key: TileKey): Tile | null {
    const name = `${level}/${key}` as const;
    const known = run.tiles.get(name);
    if (known !== undefined) return known;
    const block = createBlock(tileRect(key), 4);
    paintScene(block, run.scene, { ...this.#options, level });
    const tile = isBlank(block.data) ? null : block.data;
    if (tile) this.#bytes += tile.length;
    if (this.#bytes > this.#budgetBytes) {
      for (const each of this.#runs) each.tiles.clear();
      this.#bytes = tile?.length ?? 0;
    }
    run.tiles.set(name, tile);
    return tile;
  }
}

/** The part of a rectangle of pixels that begins where another rectangle does. */
function windowAt(rect: Rect, data: Uint8Array, part: Rect): PixelWindow {
  return { data, offset: (part.y - rect.y) * rect.width + part.x - rect.x, stride: rect.width };
}

function stepsOf(
  scene: Scene,
  active: LayerId | null,
  makeRun: (nodes: Scene) => Run,
  { onEmpty }: { readonly onEmpty: boolean },
): Step[] {
  const index = active === null ? -1 : scene.findIndex((node) => contains(node, active));
  const below = index < 0 ? scene : scene.slice(0, index);
  const steps: Step[] = [];
  if (onEmpty && below.length > 0) steps.push({ kind: 'run', run: makeRun(below), onEmpty: true });
  else steps.push(...stepsAbove(below, makeRun));
  const node = scene[index];
  if (!node) return steps;
  if (node.kind === 'pixels' || node.id === active) steps.push({ kind: 'node', node });
  else {
    const isEmptyInside = node.isolated || (onEmpty && below.length === 0 && node.opacity === 1 && !node.mask);
    steps.push({ kind: 'group', node, steps: stepsOf(node.children, active, makeRun, { onEmpty: isEmptyInside }) });
  }
  return [...steps, ...stepsAbove(scene.slice(index + 1), makeRun)];
}

/** Neighbours that may be blended over one another first become one run; all others are painted one by one. */
function stepsAbove(scene: Scene, makeRun: (nodes: Scene) => Run): Step[] {
  const steps: Step[] = [];
  let group: SceneNode[] = [];
  const flush = (): void => {
    if (group.length === 1) steps.push({ kind: 'node', node: group[0]! });
    else if (group.length > 1) steps.push({ kind: 'run', run: makeRun(group), onEmpty: false });
    group = [];
  };
  for (const node of scene) {
    const blendsFirst = node.blend === 'normal' && (node.kind === 'pixels' || node.isolated);
    if (blendsFirst) group.push(node);
    else {
      flush();
      steps.push({ kind: 'node', node });
    }
  }
  flush();
  return steps;
}

const wholeLook = (node: SceneNode): string =>
  node.kind === 'pixels' ? lookOf(node) : `${lookOf(node)}(${node.children.map(wholeLook).join()})`;

const idsIn = (scene: Scene): LayerId[] =>
  scene.flatMap((node) => (node.kind === 'group' ? [node.id, ...idsIn(node.children)] : [node.id]));

function dropTiles(run: Run, changes: readonly SceneChange[]): void {
  const dirty = changes.filter(({ id }) => run.ids.has(id));
  if (dirty.length === 0) return;
  for (const name of run.tiles.keys()) {
    const [level, key] = name.split('/') as [string, TileKey];
    const scale = 2 ** Number(level);
    // Resampling may smear what changed by a pixel of the level.
    const rect = transformedBounds(scaling(scale, scale), grown(tileRect(key), 1));
    if (dirty.some((change) => !isEmptyRect(intersectRect(change.rect, rect)))) run.tiles.delete(name);
  }
}
