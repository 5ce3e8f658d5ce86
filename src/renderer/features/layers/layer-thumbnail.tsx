import { useEffect, useState } from 'react';

import type { Raster } from '#raster/raster';
import type { Layer } from '#shared/document/layer';

import { useView } from '../../app/studio.ts';
import { RasterPicture } from '../../ui/raster-picture.tsx';

/** What a layer, or its mask, looks like, drawn again whenever that changes. */
export function LayerThumbnail({ layer, part }: { layer: Layer; part: 'pixels' | 'mask' }) {
  const canvas = useView((view) => view.canvas);
  const [raster, setRaster] = useState<Raster | null>(null);
  const pixels = part === 'mask' ? layer.mask?.pixels : layer.kind === 'group' ? null : layer.pixels;
  useEffect(() => {
    if (!canvas) return undefined;
    const ending = new AbortController();
    const { signal } = ending;
    canvas
      .loaded()
      .then(() => canvas.thumbnail({ kind: 'layer', layer: layer.id, part }, 32, { signal }))
      .then((small) => signal.aborted || setRaster(small))
      // A layer that goes away while it is drawn needs no picture.
      .catch(() => undefined);
    return () => ending.abort();
  }, [canvas, pixels, layer.id, part]);
  return <span className="layer-thumbnail checker">{raster ? <RasterPicture raster={raster} /> : null}</span>;
}
