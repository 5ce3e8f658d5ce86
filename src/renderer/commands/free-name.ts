import type { Document } from '#shared/document/document';

/**
 * A name that no layer has yet: the name itself, or with the first number that is free. A number that it got this way
 * gives way to the next one.
 */
export function freeName({ layers }: Pick<Document, 'layers'>, name: string): string {
  const taken = new Set(Object.values(layers).map((layer) => layer.name));
  if (!taken.has(name)) return name;
  const bare = name.replace(/ \d+$/, '');
  const base = taken.has(bare) ? bare : name;
  let free = base;
  for (let number = 2; taken.has(free); number += 1) free = `${base} ${number}`;
  return free;
}
