import { type Plane } from './plane.ts';

/** The plane without its small islands: eight-connected areas above 0 of fewer than `minPixels` become 0. */
export function withoutSmallBlobs(plane: Plane, minPixels: number): Plane {
  const { width, height, data } = plane;
  const result = new Float32Array(data);
  const seen = new Uint8Array(data.length);
  const blob = new Int32Array(data.length);
  for (let start = 0; start < data.length; start++) {
    if (seen[start]! !== 0 || data[start]! <= 0) continue;
    // `blob` is at once the queue of the flood and, once that runs dry, the list of the area's pixels.
    let size = 0;
    blob[size++] = start;
    seen[start] = 1;
    for (let read = 0; read < size; read++) {
      const index = blob[read]!;
      const x = index % width;
      const y = (index - x) / width;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const neighbour = ny * width + nx;
          if (seen[neighbour]! !== 0 || data[neighbour]! <= 0) continue;
          seen[neighbour] = 1;
          blob[size++] = neighbour;
        }
      }
    }
    if (size < minPixels) for (let i = 0; i < size; i++) result[blob[i]!] = 0;
  }
  return { width, height, data: result };
}
