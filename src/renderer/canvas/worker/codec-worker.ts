/** @file Entry of a codec worker: packs and unpacks tiles beside the one that draws. */
import { codecMethods, type CodecMethods } from './codec-pool.ts';
import { connect, type NoMethods } from './rpc.ts';

connect<NoMethods, CodecMethods>(globalThis, codecMethods, { onFault: () => undefined });
