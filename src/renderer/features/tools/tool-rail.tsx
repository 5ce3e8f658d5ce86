import {
  Brush,
  Crop,
  Eraser,
  Expand,
  Hand,
  Lasso,
  Move,
  PaintBucket,
  Pipette,
  SquareDashed,
  VectorPolygon,
  VenetianMask,
  WandSparkles,
  ZoomIn,
  type LucideIcon,
} from 'lucide-react';
import type { ComponentProps, KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { useView } from '../../app/studio.ts';
import type { CanvasEngine } from '../../canvas/engine/canvas-engine.ts';
import { parseColour, type Colour } from '../../canvas/pixels/colour.ts';
import { toolIds, type ToolId } from '../../canvas/tools/tool.ts';
import { toolKeys } from '../../commands/canvas-commands.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { useObservable } from '../../ui/use-observable.ts';

const icons: Readonly<Record<ToolId, LucideIcon>> = {
  move: Move,
  brush: Brush,
  eraser: Eraser,
  'mask-brush': VenetianMask,
  fill: PaintBucket,
  eyedropper: Pipette,
  'rect-select': SquareDashed,
  lasso: Lasso,
  polygon: VectorPolygon,
  wand: WandSparkles,
  crop: Crop,
  extend: Expand,
  hand: Hand,
  zoom: ZoomIn,
};

/** The tools, down the left side: one stop for the Tab key, at the tool in use; the arrow keys go through them. */
export function ToolRail() {
  const { t } = useTranslation('tools');
  const canvas = useView((view) => view.canvas);
  return (
    <div className="tool-rail" role="toolbar" aria-orientation="vertical" aria-label={t('title')} onKeyDown={goAlong}>
      {canvas ? <Tools canvas={canvas} /> : toolIds.map((tool) => <ToolButton key={tool} tool={tool} disabled />)}
      <div className="spread" />
      {canvas ? <Colours canvas={canvas} /> : null}
    </div>
  );
}

function Tools({ canvas }: { canvas: CanvasEngine }) {
  const chosen = useObservable(canvas.state, (state) => state.tool);
  return toolIds.map((tool) => (
    <ToolButton
      key={tool}
      tool={tool}
      pressed={tool === chosen}
      tabIndex={tool === chosen ? 0 : -1}
      onClick={() => canvas.chooseTool(tool)}
    />
  ));
}

type ToolButtonProps = { readonly tool: ToolId } & Pick<
  ComponentProps<typeof IconButton>,
  'pressed' | 'disabled' | 'tabIndex' | 'onClick'
>;

function ToolButton({ tool, pressed = false, ...rest }: ToolButtonProps) {
  const { t } = useTranslation('commands');
  return (
    <IconButton
      icon={icons[tool]}
      label={t(`tool-${tool}`)}
      keys={toolKeys[tool].toUpperCase()}
      pressed={pressed}
      {...rest}
    />
  );
}

function goAlong(event: KeyboardEvent<HTMLElement>): void {
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('.icon-button')];
  const at = buttons.findIndex((button) => button === event.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  buttons.at(to % buttons.length)!.focus();
}

/** As a colour field writes it: `#rrggbb`. */
function formatColour({ red, green, blue }: Colour): string {
  return `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, '0')}`;
}

function Colours({ canvas }: { canvas: CanvasEngine }) {
  const { t } = useTranslation('tools');
  const colour = useObservable(canvas.settings, (settings) => settings.colour);
  const background = useObservable(canvas.settings, (settings) => settings.background);
  return (
    <div className="colours">
      <input
        type="color"
        aria-label={t('colour')}
        value={formatColour(colour)}
        onChange={(event) => canvas.setSettings({ colour: parseColour(event.target.value) })}
      />
      <input
        type="color"
        aria-label={t('background')}
        value={formatColour(background)}
        onChange={(event) => canvas.setSettings({ background: parseColour(event.target.value) })}
      />
    </div>
  );
}
