const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A size for people, in decimal units as disks and downloads are sold in: "512 bytes", "7.3 GB". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.95 would round to "1000.0", so the next unit starts where rounding reaches it.
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
