import { assertNever } from '#base/assert';
import { cropTool } from './crop-tool.ts';
import { extendTool } from './extend-tool.ts';
import { eyedropperTool } from './eyedropper-tool.ts';
import { fillTool } from './fill-tool.ts';
import { handTool } from './hand-tool.ts';
import { lassoTool } from './lasso-tool.ts';
import { moveTool } from './move-tool.ts';
import { polygonTool } from './polygon-tool.ts';
import { rectSelectTool } from './rect-select-tool.ts';
import { createStrokeTool } from './stroke-tool.ts';
import { runTool, type RunningTool, type ToolId } from './tool.ts';
import { wandTool } from './wand-tool.ts';
import { zoomTool } from './zoom-tool.ts';

/** A tool at rest, as it is when it is taken up for the first time. */
export function createTool(id: ToolId): RunningTool {
  switch (id) {
    case 'move':
      return runTool(moveTool);
    case 'brush':
    case 'eraser':
    case 'mask-brush':
      return runTool(createStrokeTool(id));
    case 'fill':
      return runTool(fillTool);
    case 'eyedropper':
      return runTool(eyedropperTool);
    case 'rect-select':
      return runTool(rectSelectTool);
    case 'lasso':
      return runTool(lassoTool);
    case 'polygon':
      return runTool(polygonTool);
    case 'wand':
      return runTool(wandTool);
    case 'crop':
      return runTool(cropTool);
    case 'extend':
      return runTool(extendTool);
    case 'hand':
      return runTool(handTool);
    case 'zoom':
      return runTool(zoomTool);
    default:
      return assertNever(id);
  }
}
