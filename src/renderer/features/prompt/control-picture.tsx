import { useEffect, useState } from 'react';

import { assertNever } from '#base/assert';
import { cannyEdges } from '#raster/canny';
import { lineMap } from '#raster/line-map';
import type { Raster } from '#raster/raster';
import type { ControlMap } from '#shared/contract/job-request';
import { thumbnailUrl } from '#shared/contract/studio/blob-urls';
import type { Control } from '#shared/document/prompt-state';

import { RasterPicture } from '../../ui/raster-picture.tsx';

/** The lines of a picture, small, found as the model will have them. */
export function ControlPicture({ control: { picture, map } }: { control: Control }) {
  const [lines, setLines] = useState<Raster | null>(null);
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    small(thumbnailUrl(picture, 256), signal)
      .then((found) => signal.aborted || setLines(linesOf(found, map)))
      // A slot without a picture says the same by its name.
      .catch(() => undefined);
    return () => ending.abort();
  }, [picture, map]);
  return lines ? <RasterPicture raster={lines} /> : null;
}

async function small(url: string, signal: AbortSignal): Promise<Raster> {
  const picture = await createImageBitmap(await (await fetch(url, { signal })).blob());
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext('2d')!;
  // What is transparent is white to the model.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0);
  picture.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, channels: 4, data: new Uint8Array(data.buffer) };
}

function linesOf(picture: Raster, map: ControlMap): Raster {
  switch (map) {
    case 'canny':
      return cannyEdges(picture);
    case 'lines':
      return lineMap(picture);
    case 'given':
      return picture;
    default:
      return assertNever(map);
  }
}
