import { ThinkbitsError } from '@thinkbits/spec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shardedModel, smallModel } from './__fixtures__/small-model.js';
import { memoryFiles } from './memory-files.js';
import { openCheckpoint } from './open-checkpoint.js';

/**
 * Opens and reads everything; what goes wrong must be coded. Returns the code, or undefined when all is
 * well.
 */
async function readAll(files: {
  [name: string]: string | Uint8Array;
}): Promise<string | undefined> {
  try {
    const checkpoint = await openCheckpoint(memoryFiles(files));
    for (const name of checkpoint.tensors.keys()) await checkpoint.readBytes(name);
    await checkpoint.hash();
    return undefined;
  } catch (error) {
    if (ThinkbitsError.isInstance(error)) return error.code;
    throw error;
  }
}

const file = smallModel['model.safetensors'];
const headerEnd = file.length - 26;

test('any bytes changed in length or header give a sound file or a coded error', async () => {
  const change = fc.record({ at: fc.nat(headerEnd - 1), to: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const changed = file.slice();
      for (const { at, to } of changes) changed[at] = to;
      await readAll({ ...smallModel, 'model.safetensors': changed });
    }),
    { numRuns: 400, seed: 1 },
  );
});

test('a file cut anywhere is refused', async () => {
  for (let length = 0; length < file.length; length++) {
    const code = await readAll({ ...smallModel, 'model.safetensors': file.slice(0, length) });
    const expected =
      length < 8 ? 'too-short' : length < headerEnd ? 'header-truncated' : 'truncated';
    expect(code).toBe(`safetensors/${expected}`);
  }
});

test('anything in place of config, index or manifest gives a model or a coded error', async () => {
  const text = fc.oneof(fc.string(), fc.json(), fc.uint8Array());
  const name = fc.constantFrom('config.json', 'model.safetensors.index.json', 'thinkbits.json');
  await fc.assert(
    fc.asyncProperty(name, text, async (which, content) => {
      await readAll({ ...shardedModel, [which]: content });
    }),
    { numRuns: 200, seed: 2 },
  );
});
