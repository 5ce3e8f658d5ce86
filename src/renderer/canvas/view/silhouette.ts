import type { InsetPicture } from './picture-view.ts';

/** What a picture covers, in one colour: as opaque as the picture is at each place, times the colour's own opacity. */
export function silhouette(picture: InsetPicture, colour: string): OffscreenCanvas {
  const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')!;
  context.drawImage(picture, 0, 0);
  context.globalCompositeOperation = 'source-in';
  context.fillStyle = colour;
  context.fillRect(0, 0, picture.width, picture.height);
  return context.canvas;
}
