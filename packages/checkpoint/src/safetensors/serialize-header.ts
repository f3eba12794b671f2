import { ThinkbitsError } from '@thinkbits/spec';
import { byteCount, type Dtype, dtypeBits } from './dtype.js';

/** What a header says of a tensor that is to be written. */
export interface TensorHeader {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

function refuse(name: string, message: string): never {
  throw new ThinkbitsError({
    code: 'safetensors/bad-tensor',
    category: 'usage',
    message: `Tensor "${name}" ${message}`,
    help: 'Give every tensor a name of its own and a shape of whole numbers that fills whole bytes.',
    details: { tensor: name },
  });
}

/** Wide elements first, so that every tensor starts at a multiple of its element's size; then by name. */
export function inFileOrder<T extends TensorHeader>(tensors: Iterable<T>): T[] {
  return [...tensors].sort(
    (a, b) => dtypeBits[b.dtype] - dtypeBits[a.dtype] || (a.name < b.name ? -1 : 1),
  );
}

/**
 * The first bytes of a safetensors file: length and header, padded with spaces to a multiple of 8. Equal
 * tensors give equal bytes.
 * @param tensors in the order of {@link inFileOrder}
 * @throws ThinkbitsError `safetensors/bad-tensor`
 */
export function serializeHeader(
  tensors: readonly TensorHeader[],
  metadata: { readonly [key: string]: string },
): Uint8Array {
  const fields: string[] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0) {
    const entries = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`);
    fields.push(`"__metadata__":{${entries.join(',')}}`);
  }
  const seen = new Set(['__metadata__']);
  let offset = 0;
  for (const { name, dtype, shape } of tensors) {
    if (seen.has(name)) refuse(name, 'is given twice, or has the name of the metadata.');
    seen.add(name);
    const bytes = byteCount(dtype, shape);
    const sizes = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
    if (!sizes || !Number.isSafeInteger(bytes))
      refuse(name, `is ${dtype} of shape [${shape.join(', ')}].`);
    const range = [offset, offset + bytes];
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: range })}`);
    offset += bytes;
  }
  const text = new TextEncoder().encode(`{${fields.join(',')}}`);
  const length = Math.ceil(text.length / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, 8);
  return header;
}
