import { newLayerId, newNodeId, type LayerId, type NodeId, type RandomBytes } from '#shared/document/ids';

const random: RandomBytes = (count) => crypto.getRandomValues(new Uint8Array(count));

export const freshLayerId = (): LayerId => newLayerId(random);
export const freshNodeId = (): NodeId => newNodeId(random);

/** Where the chance of a run begins. */
export const freshSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;
