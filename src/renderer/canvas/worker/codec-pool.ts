import { streamCodec, type TileCodec } from './tile-codec.ts';
import { connect, handingOver, type Handlers, type Port } from './rpc.ts';
import type { Dispose } from '#base/disposable';

/** What a codec worker does. Bytes come back handed over, not copied. */
export type CodecMethods = {
  pack(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
  unpack(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
};

/** The methods of a codec worker, for its entry file. */
export const codecMethods: Handlers<CodecMethods> = {
  pack: async (bytes) => handOver(await streamCodec.pack(bytes)),
  unpack: async (bytes) => handOver(await streamCodec.unpack(bytes)),
};

const handOver = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => handingOver(bytes, [bytes.buffer]);

/**
 * A codec that spreads its work over several workers: packing a tile takes about as long as a frame, and strokes must
 * not wait for it.
 */
export function createCodecPool(ports: readonly Port[]): TileCodec & { dispose: Dispose } {
  const workers = ports.map((port) => ({
    remote: connect<CodecMethods>(port, {}, { onFault: () => undefined }),
    waiting: 0,
  }));
  async function run(name: 'pack' | 'unpack', bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const worker = workers.reduce((one, other) => (other.waiting < one.waiting ? other : one));
    worker.waiting++;
    try {
      return await worker.remote.call(name, bytes);
    } finally {
      worker.waiting--;
    }
  }
  return {
    pack: (bytes) => run('pack', bytes),
    unpack: (bytes) => run('unpack', bytes),
    dispose: () => {
      for (const { remote } of workers) remote.dispose();
    },
  };
}
