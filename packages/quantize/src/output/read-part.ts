import { readHeader, readPackedLinear } from '@thinkbits/checkpoint';
import { folderFiles } from '@thinkbits/checkpoint/node';
import type { LinearScheme, QuantizedWeight } from '@thinkbits/spec';

/** The codes in the file of a finished part, as they were written, by linear. */
export async function readPart(
  directory: string,
  file: string,
  schemes: ReadonlyMap<string, LinearScheme>,
): Promise<ReadonlyMap<string, QuantizedWeight>> {
  const source = folderFiles(directory);
  try {
    const { tensors } = await readHeader(source, file);
    const byName = new Map(tensors.map((entry) => [entry.name, entry]));
    const weights = new Map<string, QuantizedWeight>();
    for (const [linear, { weight }] of schemes) {
      if (!weight || !byName.has(`${linear}.weight_packed`)) continue;
      const read = (tensor: { offset: number; bytes: number }) =>
        source.read(file, tensor.offset, tensor.bytes);
      weights.set(linear, await readPackedLinear(linear, weight, byName, read));
    }
    return weights;
  } finally {
    await source.close?.();
  }
}
