import { beforeAll, describe, it } from 'vitest';
import { loadAddon } from '../addon.js';
import { openNative } from '../open-native.js';

/**
 * Runs tests on the sets of kernels that this binary and processor have, on two threads; skips and says why without a binary.
 * Sets for VNNI, BF16 and AMX are those of their family but for such products: of a family, floats are tested with one.
 * @param integers whether what the tests are about multiplies integers somewhere
 */
export function describeEachSet(
  what: string,
  tests: (kernels: string) => void,
  { integers = false } = {},
): void {
  const loaded = loadAddon();
  if ('why' in loaded) {
    it.skip(`skipped: ${loaded.why}`, () => {});
    return;
  }
  const { sets } = loaded.addon.configure(1, '', false);
  const family = (set: string) =>
    set === 'amx' ? 'avx512' : set.replace(/(vnni|bf16)$/, '');
  const chosen = integers
    ? sets.filter((set) => !set.endsWith('bf16'))
    : sets.filter((set, i) => sets.findIndex((other) => family(other) === family(set)) === i);
  describe.each(chosen)(`${what} for %s`, (kernels) => {
    beforeAll(async () => {
      const opened = await openNative({ kernels, threads: 2 });
      if (!opened.available || opened.set !== kernels)
        throw new Error(`kernels for ${kernels} did not open: ${JSON.stringify(opened)}`);
    });
    tests(kernels);
  });
}
