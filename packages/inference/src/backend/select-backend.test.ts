import { openNative } from '@thinkbits/backend-native';
import { openTensorflow } from '@thinkbits/backend-tensorflow';
import { ThinkbitsError } from '@thinkbits/spec';
import { afterAll, describe, expect, it } from 'vitest';
import { type BackendName, computeInUse, listBackends, selectBackend } from './select-backend.js';

const { available, why } = await openTensorflow();
const native = await openNative();

/** The backend in bf16, or the refusal. */
const inBf16 = (name?: BackendName) =>
  selectBackend({ ...(name && { name }), compute: 'bf16' }).catch((error: unknown) => {
    if (ThinkbitsError.isInstance(error)) return error;
    throw error;
  });

const remedies = /--backend native .*--backend tensorflow .*leave --compute out/;

describe('bf16', () => {
  afterAll(() => selectBackend({ name: 'cpu' }));

  it.each(['wasm', 'cpu'] as const)('is refused on %s with what would have it', async (name) => {
    expect(await inBf16(name)).toMatchObject({
      code: 'compute/unavailable',
      message: `The backend "${name}" does not compute in bf16: it computes in f32 alone.`,
      help: expect.stringMatching(remedies),
    });
  });

  it('is native’s where no backend is named, or refused: TensorFlow has to be asked for', async () => {
    const found = await inBf16();
    if (ThinkbitsError.isInstance(found))
      expect(found).toMatchObject({
        code: 'compute/unavailable',
        details: { backend: 'native' },
        help: expect.stringMatching(remedies),
      });
    else expect(found.name).toBe('native');
  });

  it.skipIf(available)('is refused on TensorFlow where it is not, with its setup', async () => {
    expect(await inBf16('tensorflow')).toMatchObject({
      code: 'compute/unavailable',
      help: expect.stringMatching(/^To have it: \S/),
    });
  });

  it.skipIf(!available)(
    `is TensorFlow’s by its name, until f32 is asked for${available ? '' : ` (skipped: ${why})`}`,
    async () => {
      expect(await inBf16('tensorflow')).toMatchObject({
        name: 'tensorflow',
        why: expect.stringContaining('in bf16'),
      });
      expect(computeInUse()).toBe('bf16');
      await selectBackend({ name: 'tensorflow' });
      expect(computeInUse()).toBe('bf16');
      await selectBackend({ name: 'tensorflow', compute: 'f32' });
      expect(computeInUse()).toBe('f32');
    },
  );
});

describe('threads', () => {
  afterAll(() => selectBackend({ name: 'cpu' }));

  it.each([0, -1, 1.5, 1025, Number.NaN])('%s of them are refused', async (threads) => {
    const refusal = { code: 'backend/threads', category: 'usage', details: { threads } };
    await expect(selectBackend({ threads })).rejects.toMatchObject(refusal);
    await expect(listBackends({ threads })).rejects.toMatchObject(refusal);
  });

  it.skipIf(!native.available)(
    `of native change while it is in use${native.available ? '' : ` (skipped: ${native.why})`}`,
    async () => {
      for (const [threads, said] of [
        [2, 'on 2 threads'],
        [1, 'on 1 thread'],
        [300, 'on 300 threads'],
      ] as const) {
        const { why } = await selectBackend({ name: 'native', threads });
        expect(why).toContain(said);
      }
      const listed = await listBackends({ threads: 1 });
      expect(listed.find(({ name }) => name === 'native')?.why).toContain('on 1 thread');
    },
  );
});
