import type { Document } from '#shared/document/document';

/** A name that no layer has yet: the name itself, or with the first number that is free. */
export function freeName({ layers }: Pick<Document, 'layers'>, name: string): string {
  const taken = new Set(Object.values(layers).map((layer) => layer.name));
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name} ${number}`;
  return free;
}
