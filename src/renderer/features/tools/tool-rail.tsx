import { Toolbar } from '@base-ui/react/toolbar';
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
import { useTranslation } from 'react-i18next';

import { useStudio, useView } from '../../app/studio.ts';
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

/** The tools, down the left side; the arrow keys go through them. */
export function ToolRail() {
  const { t } = useTranslation(['tools', 'commands']);
  const canvas = useView((view) => view.canvas);
  return (
    <Toolbar.Root orientation="vertical" className="tool-rail" aria-label={t('tools:title')}>
      {toolIds.map((tool) => (
        <ToolButton key={tool} tool={tool} canvas={canvas} />
      ))}
      <div className="spread" />
      {canvas ? <Colours canvas={canvas} /> : null}
    </Toolbar.Root>
  );
}

function ToolButton({ tool, canvas }: { tool: ToolId; canvas: CanvasEngine | null }) {
  const { t } = useTranslation('commands');
  const studio = useStudio();
  const props = {
    icon: icons[tool],
    label: t(`tool-${tool}`),
    keys: toolKeys[tool].toUpperCase(),
    onClick: () => studio.view.getState().canvas?.chooseTool(tool),
  };
  if (!canvas) return <Toolbar.Button render={<IconButton {...props} pressed={false} />} disabled />;
  return <PressableTool canvas={canvas} tool={tool} {...props} />;
}

function PressableTool(props: {
  canvas: CanvasEngine;
  tool: ToolId;
  icon: LucideIcon;
  label: string;
  keys: string;
  onClick: () => void;
}) {
  const { canvas, tool, ...button } = props;
  const pressed = useObservable(canvas.state, (state) => state.tool === tool);
  return <Toolbar.Button render={<IconButton {...button} pressed={pressed} />} />;
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
