import { readHeader, type TensorEntry, toFloat32 } from '@thinkbits/checkpoint';
import { type ByteSource, ThinkbitsError } from '@thinkbits/spec';

/** Numbers with a shape. Integers of every width arrive exactly. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int8Array | Uint8Array | Int32Array;
}

function decode({ name, dtype }: TensorEntry, bytes: Uint8Array): GoldenTensor['values'] {
  const aligned = bytes.slice();
  switch (dtype) {
    case 'I8':
      return new Int8Array(aligned.buffer);
    case 'U8':
    case 'BOOL':
      return aligned;
    case 'I32':
      return new Int32Array(aligned.buffer);
    case 'I64':
      return Int32Array.from(new BigInt64Array(aligned.buffer), Number);
    default:
      return toFloat32(name, dtype, aligned);
  }
}

/** Opens the named tensors of a safetensors file; each is read when asked for. */
export async function openTensors(
  source: ByteSource,
  file: string,
): Promise<(name: string) => Promise<GoldenTensor>> {
  const { tensors } = await readHeader(source, file);
  const byName = new Map(tensors.map((entry) => [entry.name, entry]));
  return async (name) => {
    const entry = byName.get(name);
    if (!entry) {
      throw new ThinkbitsError({
        code: 'golden/no-tensor',
        message: `${file} has no tensor "${name}".`,
        help: 'Write the golden data again: cases.json and the tensors come from one run.',
        details: { file, tensor: name },
      });
    }
    const bytes = await source.read(file, entry.offset, entry.bytes);
    return { shape: entry.shape, values: decode(entry, bytes) };
  };
}
