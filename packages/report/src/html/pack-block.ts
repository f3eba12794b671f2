/** Bytes that are made base64 at once: a multiple of 3, few enough for the arguments of a call. */
const chunkBytes = 0x6000;

/** A value as deflated JSON (RFC 1950) in base64: what `DecompressionStream('deflate')` of a browser takes. */
export async function packBlock(value: unknown): Promise<string> {
  const json = new Blob([JSON.stringify(value)]).stream();
  const deflated = json.pipeThrough(new CompressionStream('deflate'));
  const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
  let text = '';
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    text += btoa(String.fromCharCode(...bytes.subarray(start, start + chunkBytes)));
  }
  return text;
}
