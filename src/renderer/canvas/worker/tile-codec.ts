/** Packs and unpacks tiles and other blobs of bytes in the zlib format (see `shared/document/tile-index.ts`). */
export interface TileCodec {
  pack(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
  unpack(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
}

/** On the thread that calls it, with the compressor of the platform. */
export const streamCodec: TileCodec = {
  pack: (bytes) => through(bytes, new CompressionStream('deflate')),
  unpack: (bytes) => through(bytes, new DecompressionStream('deflate')),
};

async function through(bytes: Uint8Array, stream: GenericTransformStream): Promise<Uint8Array<ArrayBuffer>> {
  const source = new Response(bytes as Uint8Array<ArrayBuffer>).body!;
  return new Uint8Array(await new Response(source.pipeThrough(stream)).arrayBuffer());
}
