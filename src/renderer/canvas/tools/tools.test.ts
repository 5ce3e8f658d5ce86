import { describe, expect, it } from 'vitest';

import { apply, compose, translation, type Transform } from '#shared/document/geometry';
import { ToolDriver } from '#testing/tool-driver';
import { rotation } from './move-box.ts';
import { createTool } from './registry.ts';
import { defaultToolSettings } from './tool-settings.ts';
import { toolIds, type Intent, type MoveTarget } from './tool.ts';

const close = (transform: Transform): Transform =>
  Object.fromEntries(
    Object.entries(transform).map(([name, value]) => [name, Math.round(value * 1e6) / 1e6 + 0]),
  ) as Transform;

const samplesOf = (intents: readonly Intent[]): [number, number][] =>
  intents.flatMap((intent) => (intent.type === 'stroke-add' ? intent.samples : [])).map(({ x, y }) => [x, y]);

describe.each(['brush', 'eraser', 'mask-brush'] as const)('the %s', (id) => {
  it('draws from press to release', () => {
    const hand = new ToolDriver(createTool(id)).press(10, 10).drag(20, 12).drag(30, 15).release(30, 15);
    expect(hand.intents.map(({ type }) => type)).toEqual([
      'stroke-begin',
      'stroke-add',
      'stroke-add',
      'stroke-add',
      'stroke-end',
    ]);
    expect(samplesOf(hand.intents)).toEqual([
      [10, 10],
      [20, 12],
      [30, 15],
    ]);
    expect(hand.intents[0]).toMatchObject({ with: id });
  });

  it('continues the last stroke in a straight line with Shift', () => {
    const hand = new ToolDriver(createTool(id)).press(10, 10).release(10, 10);
    hand.take();
    hand.press(200, 50, { shift: true }).release(200, 50, { shift: true });
    expect(samplesOf(hand.intents)).toEqual([
      [10, 10],
      [200, 50],
    ]);
  });

  it('takes a stroke back on Escape, and only then', () => {
    const hand = new ToolDriver(createTool(id)).press(10, 10).send({ kind: 'cancel' }).release(10, 10);
    expect(hand.intents.map(({ type }) => type)).toEqual(['stroke-begin', 'stroke-add', 'stroke-cancel']);
    expect(hand.send({ kind: 'cancel' }).intents).toHaveLength(3);
    expect(hand.tool.isBusy()).toBe(false);
  });

  it('sets size and hardness with Alt, around the point where the drag began', () => {
    const hand = new ToolDriver(createTool(id)).press(100, 100, { alt: true }).drag(200, 150, { alt: true });
    const [set] = hand.intents;
    expect(set).toMatchObject({ type: 'set-brush' });
    expect(set?.type === 'set-brush' && set.size).toBeGreaterThan(40);
    expect(set?.type === 'set-brush' && set.hardness).toBeLessThan(0.8);
    expect(hand.tool.overlay(hand.context)[0]).toMatchObject({ kind: 'brush', at: { x: 100, y: 100 } });
  });
});

describe('the brush', () => {
  it('takes the colour with an Alt click', () => {
    const hand = new ToolDriver(createTool('brush')).press(5, 6, { alt: true }).release(5, 6, { alt: true });
    expect(hand.intents).toEqual([{ type: 'pick', at: { x: 5, y: 6 }, as: 'colour' }]);
  });
});

describe('the rectangle', () => {
  const select = (hand: ToolDriver): Intent | undefined => hand.take().at(-1);

  it('selects whole pixels, whichever way it is drawn', () => {
    const hand = new ToolDriver(createTool('rect-select')).press(50.4, 60.2).drag(20, 100).release(20, 100);
    const rect = { x: 20, y: 60, width: 30, height: 40 };
    expect(select(hand)).toEqual({ type: 'select', shape: { kind: 'rect', rect }, mode: 'replace' });
  });

  it('adds, takes away and intersects by the keys held when it begins', () => {
    for (const [keys, mode] of [
      [{ shift: true }, 'add'],
      [{ alt: true }, 'subtract'],
      [{ shift: true, alt: true }, 'intersect'],
    ] as const) {
      const hand = new ToolDriver(createTool('rect-select')).press(0, 0, keys).drag(40, 20, keys).release(40, 20, keys);
      expect(select(hand)).toMatchObject({ mode, shape: { rect: { width: 40, height: 20 } } });
    }
  });

  it('makes a square or draws from the middle with keys pressed later', () => {
    const hand = new ToolDriver(createTool('rect-select'))
      .press(100, 100)
      .drag(140, 120)
      .drag(140, 120, { shift: true })
      .release(140, 120, { shift: true });
    expect(select(hand)).toMatchObject({ mode: 'replace', shape: { rect: { x: 100, y: 100, width: 40, height: 40 } } });
    hand.press(100, 100).drag(110, 120, { alt: true }).release(110, 120, { alt: true });
    expect(select(hand)).toMatchObject({ shape: { rect: { x: 90, y: 80, width: 20, height: 40 } } });
  });

  it('moves along with Space', () => {
    const hand = new ToolDriver(createTool('rect-select'))
      .press(0, 0)
      .drag(40, 20)
      .drag(60, 50, { space: true })
      .release(60, 50);
    expect(select(hand)).toMatchObject({ shape: { rect: { x: 20, y: 30, width: 40, height: 20 } } });
  });

  it('selects nothing with a click, but keeps what is there when adding', () => {
    expect(new ToolDriver(createTool('rect-select')).press(5, 5).drag(6, 6).release(6, 6).intents).toEqual([
      { type: 'select-none' },
    ]);
    expect(new ToolDriver(createTool('rect-select')).press(5, 5, { shift: true }).release(5, 5).intents).toEqual([]);
  });
});

describe('the lasso', () => {
  it('selects what it went around', () => {
    const hand = new ToolDriver(createTool('lasso'))
      .press(0, 0)
      .drag(50, 0)
      .drag(50.1, 0.1)
      .drag(50, 50)
      .release(50, 50);
    expect(hand.intents).toEqual([
      {
        type: 'select',
        mode: 'replace',
        shape: {
          kind: 'polygon',
          points: [
            { x: 0, y: 0 },
            { x: 50, y: 0 },
            { x: 50, y: 50 },
          ],
        },
      },
    ]);
  });

  it('selects nothing with a click', () => {
    expect(new ToolDriver(createTool('lasso')).press(0, 0).release(0, 0).intents).toEqual([{ type: 'select-none' }]);
  });
});

describe('the polygonal lasso', () => {
  const click = (hand: ToolDriver, x: number, y: number, keys = {}): ToolDriver =>
    hand.hover(x, y, keys).press(x, y, keys).release(x, y, keys);
  const drawn = (...corners: readonly (readonly [number, number])[]): ToolDriver =>
    corners.reduce((hand, [x, y]) => click(hand, x, y), new ToolDriver(createTool('polygon')));
  const corners = [
    { x: 10, y: 10 },
    { x: 90, y: 10 },
    { x: 90, y: 80 },
  ];
  const selected = { type: 'select', mode: 'replace', shape: { kind: 'polygon', points: corners } };

  it('selects what its corners enclose: on Enter, a double click, or a click on the first corner', () => {
    const hand = drawn([10, 10], [90, 10], [90, 80]);
    expect(hand.intents).toEqual([]);
    expect(hand.tool.isBusy()).toBe(true);
    expect(hand.send({ kind: 'confirm' }).intents).toEqual([selected]);
    expect(hand.tool.isBusy()).toBe(false);
    expect(drawn([10, 10], [90, 10], [90, 80], [91, 80]).intents).toEqual([selected]);
    expect(drawn([10, 10], [90, 10], [90, 80], [14, 12]).intents).toEqual([selected]);
  });

  it('takes corners back one by one, and leaves nothing when the first is gone', () => {
    const hand = drawn([10, 10], [90, 10], [90, 80], [40, 300]).send({ kind: 'back' });
    expect(click(hand, 11, 11).intents).toEqual([selected]);
    const emptied = drawn([10, 10]).send({ kind: 'back' });
    expect(emptied.tool.isBusy()).toBe(false);
    expect(emptied.send({ kind: 'confirm' }).intents).toEqual([]);
  });

  it('keeps sides to steps of 45° with Shift, and adds with Shift at the first corner', () => {
    const hand = click(new ToolDriver(createTool('polygon')), 10, 10, { shift: true });
    click(hand, 90, 14, { shift: true });
    click(hand, 90, 80);
    const [intent] = hand.send({ kind: 'confirm' }).intents;
    expect(intent).toMatchObject({ mode: 'add', shape: { points: [{ x: 10, y: 10 }, { y: 10 }, { x: 90, y: 80 }] } });
  });

  it('selects nothing with fewer than three corners', () => {
    expect(drawn([10, 10], [90, 10]).send({ kind: 'confirm' }).intents).toEqual([{ type: 'select-none' }]);
  });
});

describe('the move tool', () => {
  const target: MoveTarget = {
    bounds: { x: 0, y: 0, width: 100, height: 50 },
    toDocument: translation(200, 300),
    lift: false,
  };
  const hand = (moveTarget: MoveTarget | null = target): ToolDriver =>
    new ToolDriver(createTool('move'), { moveTarget });
  const endOf = (driver: ToolDriver): Transform => {
    const last = driver.intents.at(-1);
    if (last?.type !== 'move-end' || !last.by) throw new Error('the move has not ended');
    return close(last.by);
  };

  it('moves by whole pixels once the pointer has really moved', () => {
    expect(hand().press(250, 320).drag(252, 321).release(252, 321).intents).toEqual([]);
    const moved = hand().press(250, 320).drag(283.6, 331.2).release(283.6, 331.2);
    expect(moved.intents.map(({ type }) => type)).toEqual(['move-begin', 'move-by', 'move-end']);
    expect(endOf(moved)).toEqual(translation(34, 11));
  });

  it('keeps to an axis with Shift', () => {
    expect(endOf(hand().press(250, 320).drag(330, 340, { shift: true }).release(330, 340))).toEqual(translation(80, 0));
  });

  it('sticks to edges and middles, shows what to, and lets go with Control', () => {
    // The left edge at 200 comes to 3, within reach of the document's at 0.
    const snapped = hand().press(250, 320).drag(53, 395);
    expect(snapped.tool.overlay(snapped.context)).toContainEqual({
      kind: 'line',
      points: [
        { x: 0, y: 0 },
        { x: 0, y: 800 },
      ],
      closed: false,
      style: 'guide',
    });
    // The middle at 325 + 75 = 400 is the document's.
    expect(endOf(snapped.release(53, 395))).toEqual(translation(-200, 75));
    expect(endOf(hand().press(250, 320).drag(53, 395, { mod: true }).release(53, 395))).toEqual(translation(-197, 75));
  });

  it('stretches by a corner in shape, freely with Shift, from the middle with Alt', () => {
    const { a, d, e, f } = endOf(hand().press(300, 350).drag(400, 400).release(400, 400));
    expect([a, d, e, f]).toEqual([2, 2, -200, -300]);
    const free = endOf(hand().press(300, 350).drag(400, 350, { shift: true }).release(400, 350));
    expect([free.a, free.d]).toEqual([2, 1]);
    const middle = endOf(hand().press(300, 350).drag(350, 375, { alt: true }).release(350, 375));
    expect(apply(middle, { x: 250, y: 325 })).toEqual({ x: 250, y: 325 });
    expect(middle.a).toBe(2);
  });

  it('stretches one way by a side, and mirrors when pulled through', () => {
    const side = endOf(hand().press(300, 325).drag(100, 325).release(100, 325));
    expect([side.a, side.d]).toEqual([-1, 1]);
    expect(apply(side, { x: 200, y: 325 }).x).toBe(200);
  });

  it('never flattens anything to where it cannot be pulled back from', () => {
    const { a, d } = endOf(hand().press(300, 350).drag(200, 300).release(200, 300));
    expect(Math.abs(a)).toBeGreaterThan(0);
    expect(Math.abs(d)).toBeGreaterThan(0);
  });

  it('lets a pulled side, and a corner in its shape, stick to what is near', () => {
    // The right side at 300 comes to 997, within reach of the document's at 1000.
    const side = hand().press(300, 325).drag(997, 325);
    expect(side.tool.overlay(side.context)).toContainEqual(expect.objectContaining({ style: 'guide' }));
    expect(apply(endOf(side.release(997, 325)), { x: 300, y: 325 }).x).toBe(1000);
    expect(
      apply(endOf(hand().press(300, 325).drag(997, 325, { mod: true }).release(997, 325)), { x: 300, y: 0 }).x,
    ).toBe(997);
    // The lower right corner follows its diagonal to where its height reaches the middle of the document.
    const { a, d, e, f } = endOf(hand().press(300, 350).drag(398, 399).release(398, 399));
    expect([a, d]).toEqual([2, 2]);
    expect([300 * a + e, 350 * d + f]).toEqual([400, 400]);
  });

  it('stretches a turned box along its own sides', () => {
    const turned: MoveTarget = { ...target, toDocument: compose(translation(400, 400), rotation(90)) };
    // Turned by 90°, the right side of the layer is at the bottom.
    const { a, d } = endOf(hand(turned).press(375, 500).drag(375, 600).release(375, 600));
    expect([a, d]).toEqual([1, 2]);
  });

  it('turns around the middle, in steps with Shift', () => {
    const by = endOf(hand().press(310, 290).drag(290, 390).release(290, 390));
    const middle = apply(by, { x: 250, y: 325 });
    expect([Math.round(middle.x * 100), Math.round(middle.y * 100)]).toEqual([25_000, 32_500]);
    const stepped = endOf(hand().press(310, 290).drag(313, 330, { shift: true }).release(313, 330));
    const degrees = (Math.atan2(stepped.b, stepped.a) * 180) / Math.PI;
    expect(Math.round(degrees * 1e3) % 15_000).toBe(0);
    expect(degrees).toBeGreaterThan(10);
  });

  it('puts everything back on Escape', () => {
    const driver = hand().press(250, 320).drag(283, 331).send({ kind: 'cancel' });
    expect(driver.intents.at(-1)).toEqual({ type: 'move-end', by: null });
  });

  it('is nudged by keys', () => {
    const driver = hand().send({ kind: 'nudge', by: { x: 0, y: -10 } });
    expect(driver.intents).toEqual([{ type: 'move-begin' }, { type: 'move-end', by: translation(0, -10) }]);
  });

  it('does nothing without anything to move', () => {
    expect(hand(null).press(0, 0).drag(50, 50).release(50, 50).intents).toEqual([]);
  });
});

describe('the crop tool', () => {
  it('cuts to what was drawn, on Enter', () => {
    const hand = new ToolDriver(createTool('crop')).press(100, 100).drag(500, 400).release(500, 400);
    expect(hand.intents).toEqual([]);
    expect(hand.send({ kind: 'confirm' }).intents).toEqual([
      { type: 'crop', rect: { x: 100, y: 100, width: 400, height: 300 } },
    ]);
    expect(hand.send({ kind: 'confirm' }).intents).toHaveLength(1);
  });

  it('pulls a handle, moves the frame, and widens the document', () => {
    const hand = new ToolDriver(createTool('crop')).press(100, 100).drag(500, 400).release(500, 400);
    hand.press(500, 400).drag(600, 500).release(600, 500).press(300, 300).drag(250, 300).release(250, 300);
    hand.press(50, 300).drag(-40, 300).release(-40, 300).send({ kind: 'confirm' });
    expect(hand.intents).toEqual([{ type: 'crop', rect: { x: -40, y: 100, width: 590, height: 400 } }]);
  });

  it('keeps to a set shape', () => {
    const settings = { ...defaultToolSettings, crop: { aspect: 16 / 9 } };
    const hand = new ToolDriver(createTool('crop'), { settings }).press(100, 100).drag(420, 200).release(420, 200);
    expect(hand.send({ kind: 'confirm' }).intents).toEqual([
      { type: 'crop', rect: { x: 100, y: 100, width: 320, height: 180 } },
    ]);
  });

  it('forgets the frame on Escape', () => {
    const hand = new ToolDriver(createTool('crop')).press(100, 100).drag(500, 400).release(500, 400);
    expect(hand.send({ kind: 'cancel' }).send({ kind: 'confirm' }).intents).toEqual([]);
  });
});

it('handles are grabbed by a finger from further away than by a mouse, and small boxes can still be moved', () => {
  const beside = (gripReach: number) =>
    new ToolDriver(createTool('extend'), { gripReach }).press(1018, 400).drag(1066, 400).release(1066, 400).intents;
  expect(beside(8)).toEqual([]);
  expect(beside(22)).toMatchObject([{ type: 'set-extend-frame', rect: { width: 1048 } }]);

  const moveTarget: MoveTarget = {
    bounds: { x: 0, y: 0, width: 30, height: 30 },
    toDocument: translation(100, 100),
    lift: false,
  };
  const hand = new ToolDriver(createTool('move'), { gripReach: 22, moveTarget });
  hand.press(115, 115).drag(215, 115).release(215, 115);
  expect(hand.intents.at(-1)).toEqual({ type: 'move-end', by: translation(100, 0) });
  hand.take();
  hand.press(145, 115).drag(175, 115);
  expect(hand.intents.at(-1)).toMatchObject({ type: 'move-by', by: { d: 1 } });
  expect(hand.intents.at(-1)).not.toMatchObject({ by: { a: 1 } });
});

describe('the extend tool', () => {
  const hand = (): ToolDriver => new ToolDriver(createTool('extend'));
  const frame = (driver: ToolDriver): unknown => driver.intents.at(-1);

  it('grows outwards in steps, and never into the picture', () => {
    expect(frame(hand().press(1000, 400).drag(1122, 390).release(1122, 390))).toEqual({
      type: 'set-extend-frame',
      rect: { x: 0, y: 0, width: 1128, height: 800 },
    });
    expect(frame(hand().press(0, 0).drag(-40, -20).release(-40, -20))).toEqual({
      type: 'set-extend-frame',
      rect: { x: -48, y: -16, width: 1048, height: 816 },
    });
    expect(frame(hand().press(1000, 400).drag(700, 400).release(700, 400))).toEqual({
      type: 'set-extend-frame',
      rect: null,
    });
  });

  it('grows on both sides with Alt', () => {
    expect(frame(hand().press(1000, 400).drag(1064, 400, { alt: true }).release(1064, 400))).toEqual({
      type: 'set-extend-frame',
      rect: { x: -64, y: 0, width: 1128, height: 800 },
    });
  });
});

describe('the view tools', () => {
  it('pan by what the pointer moved on the screen', () => {
    const hand = new ToolDriver(createTool('hand'), { zoom: 2 }).press(10, 10).drag(30, 15).release(30, 15);
    expect(hand.intents).toEqual([{ type: 'pan', by: { x: 40, y: 10 } }]);
  });

  it('zoom in and out with a click, and to what a drag encloses', () => {
    expect(new ToolDriver(createTool('zoom')).press(10, 10).release(10, 10).intents).toEqual([
      { type: 'zoom-step', at: { x: 10, y: 10 }, direction: 'in' },
    ]);
    expect(new ToolDriver(createTool('zoom')).press(10, 10, { alt: true }).release(10, 10).intents).toEqual([
      { type: 'zoom-step', at: { x: 10, y: 10 }, direction: 'out' },
    ]);
    expect(new ToolDriver(createTool('zoom')).press(10, 10).drag(110, 60).release(110, 60).intents).toEqual([
      { type: 'zoom-to', rect: { x: 10, y: 10, width: 100, height: 50 } },
    ]);
  });
});

describe('every tool', () => {
  it.each(toolIds)('%s comes to rest on Escape and leaves nothing behind when the pointer leaves', (id) => {
    const hand = new ToolDriver(createTool(id)).hover(50, 50).press(50, 50).drag(90, 90).send({ kind: 'cancel' });
    expect(hand.tool.isBusy()).toBe(false);
    hand.take();
    expect(
      hand
        .drag(120, 120)
        .release(120, 120)
        .intents.filter(({ type }) => type !== 'select-none'),
    ).toEqual([]);
    hand.send({ kind: 'leave' });
    expect(hand.tool.overlay(hand.context).filter(({ kind }) => kind === 'brush')).toEqual([]);
  });
});
