import { useEffect, useRef } from 'react';

import type { Raster } from '#raster/raster';
import { rgbaOf } from '../client/pictures.ts';

/** Draws pixels as they are. */
export function RasterPicture({ raster, className }: { raster: Raster; className?: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { width, height } = raster;
    canvas.current?.getContext('2d')?.putImageData(new ImageData(rgbaOf(raster), width, height), 0, 0);
  }, [raster]);
  return <canvas ref={canvas} className={className} width={raster.width} height={raster.height} aria-hidden />;
}
