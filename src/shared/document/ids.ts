import { z } from 'zod';

/** Lower case only, so that an id can be a folder name on every file system. */
const idPattern = /^[a-z0-9][a-z0-9-]{0,63}$/;

export const zDocumentId = z
  .string()
  .regex(idPattern, 'A document id is lower-case letters, digits and hyphens.')
  .brand('DocumentId');
export const zLayerId = z
  .string()
  .regex(idPattern, 'A layer id is lower-case letters, digits and hyphens.')
  .brand('LayerId');
export const zNodeId = z
  .string()
  .regex(idPattern, 'A history node id is lower-case letters, digits and hyphens.')
  .brand('NodeId');

export type DocumentId = z.infer<typeof zDocumentId>;
export type LayerId = z.infer<typeof zLayerId>;
export type NodeId = z.infer<typeof zNodeId>;

/** Cryptographic randomness of the platform: `crypto.getRandomValues(new Uint8Array(count))`. */
export type RandomBytes = (count: number) => Uint8Array;

export const newDocumentId = (random: RandomBytes): DocumentId => randomId(random) as DocumentId;
export const newLayerId = (random: RandomBytes): LayerId => randomId(random) as LayerId;
export const newNodeId = (random: RandomBytes): NodeId => randomId(random) as NodeId;

/** 96 random bits as 24 hexadecimal digits: two of a thousand million never meet. */
export function randomId(random: RandomBytes): string {
  return Array.from(random(12), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
