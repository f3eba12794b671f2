import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { roundToNearest } from '@thinkbits/numerics';
import type { WeightScheme } from '@thinkbits/spec';
import { expect, test } from 'vitest';
import { errorOf } from '../__fixtures__/error-of.js';
import { smallManifest } from '../__fixtures__/small-manifest.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { formatManifest } from '../manifest/format-manifest.js';
import type { ThinkbitsManifest } from '../manifest/thinkbits-manifest.js';
import { openCheckpoint } from '../open-checkpoint.js';
import { packQuantizedWeight } from '../packed/pack-quantized-weight.js';
import { formatShardIndex } from '../safetensors/format-shard-index.js';
import { folderFiles } from './folder-files.js';
import { writeFileAtomic } from './write-file-atomic.js';
import { writeSafetensors } from './write-safetensors.js';

const schemes: { readonly [linear: string]: WeightScheme } = {
  ragged: { bits: 3, group: 4, symmetric: false, range: 'zero-inclusive' },
  signed: { bits: 5, group: 'channel', symmetric: true, range: 'zero-inclusive' },
};
const weight = Float32Array.from({ length: 3 * 10 }, (_, index) => Math.sin(index * 1.7));
const quantized = new Map(
  Object.entries(schemes).map(([linear, scheme]) => [
    linear,
    roundToNearest(weight, 3, 10, scheme),
  ]),
);

/**
 * A quantized checkpoint of two shards: a linear each, and a linear whose activations alone are quantized.
 */
async function writeCheckpoint(change: Partial<ThinkbitsManifest> = {}): Promise<string> {
  const folder = await temporaryFolder();
  const shards = [...quantized].map(([linear, codes], index) => {
    const file = `model-0000${index + 1}-of-00002.safetensors`;
    const bytes = new Uint8Array(weight.buffer);
    const float = { name: 'float.weight', dtype: 'F32' as const, shape: [3, 10], bytes };
    return [
      file,
      [...packQuantizedWeight(linear, codes), ...(index === 0 ? [float] : [])],
    ] as const;
  });
  for (const [file, tensors] of shards) await writeSafetensors(join(folder, file), tensors);
  await writeFileAtomic(join(folder, 'model.safetensors.index.json'), formatShardIndex(shards));
  await writeFileAtomic(join(folder, 'config.json'), '{"model_type":"qwen2"}');
  const activation = { bits: 8, symmetric: false, clip: 1, tensorParallel: 1 } as const;
  const linears = {
    float: { activation },
    ...Object.fromEntries(
      Object.entries(schemes).map(([linear, scheme]) => [linear, { weight: scheme }]),
    ),
  };
  const manifest = { ...smallManifest, linears, ...change };
  await writeFileAtomic(join(folder, 'thinkbits.json'), formatManifest(manifest));
  return folder;
}

test('opening equals quantizing in memory, to the bit', async () => {
  const checkpoint = await openCheckpoint(folderFiles(await writeCheckpoint()));
  for (const [linear, codes] of quantized)
    expect(await checkpoint.readQuantized(linear)).toEqual(codes);
  expect(checkpoint.thinkbits?.kv).toEqual(smallManifest.kv);
  await checkpoint.close();
});

test('a linear without weight scheme is float, an unknown one an error', async () => {
  const checkpoint = await openCheckpoint(folderFiles(await writeCheckpoint()));
  expect(await checkpoint.readQuantized('float')).toBeUndefined();
  expect((await checkpoint.readFloat('float.weight')).values).toEqual(weight);
  const error = await errorOf(checkpoint.readQuantized('signd'));
  expect(error.code).toBe('checkpoint/unknown-tensor');
  await checkpoint.close();
});

test('writing twice gives the same bytes', async () => {
  const [first, second] = [await writeCheckpoint(), await writeCheckpoint()];
  for (const file of await folderFiles(first).list()) {
    expect(await readFile(join(first, file))).toEqual(await readFile(join(second, file)));
  }
});

test('the hash follows what is computed, not where it comes from', async () => {
  const hash = async (change?: Partial<ThinkbitsManifest>) => {
    const checkpoint = await openCheckpoint(folderFiles(await writeCheckpoint(change)));
    return checkpoint.hash().finally(() => checkpoint.close());
  };
  const original = await hash();
  expect(await hash({ source: { label: 'elsewhere', hash: 'b' }, packages: {}, reports: [] })).toBe(
    original,
  );
  expect(await hash({ online: [] })).not.toBe(original);
  expect(await hash({ kv: [] })).not.toBe(original);
});

test('a scheme that the weights do not have is refused', async () => {
  const linears = { signed: { weight: { ...(schemes.signed as WeightScheme), bits: 4 as const } } };
  const checkpoint = await openCheckpoint(folderFiles(await writeCheckpoint({ linears })));
  expect((await errorOf(checkpoint.readQuantized('signed'))).code).toBe('checkpoint/bad-packed');
  await checkpoint.close();
});
