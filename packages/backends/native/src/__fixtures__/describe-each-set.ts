import { beforeAll, describe, it } from 'vitest';
import { loadAddon } from '../addon.js';
import { openNative } from '../open-native.js';

/**
 * Runs tests on the sets of kernels that this binary and processor have, on two threads; skips and says why without a binary.
 * Sets for VNNI are those that they are named after but for products of integers: of two such, floats are tested with one.
 * @param integers whether the tests are about products of integers
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
  const { sets } = loaded.addon.configure(1, '');
  const chosen = integers ? sets : sets.filter((set) => !sets.includes(`${set}vnni`));
  describe.each(chosen)(`${what} for %s`, (kernels) => {
    beforeAll(async () => {
      const opened = await openNative({ kernels, threads: 2 });
      if (!opened.available || opened.set !== kernels)
        throw new Error(`kernels for ${kernels} did not open: ${JSON.stringify(opened)}`);
    });
    tests(kernels);
  });
}
