import { beforeAll, describe, it } from 'vitest';
import { loadAddon } from '../addon.js';
import { openNative } from '../open-native.js';

/** Runs tests on every set of kernels that this binary and processor have, on two threads; skips and says why without a binary. */
export function describeEachSet(what: string, tests: (kernels: string) => void): void {
  const loaded = loadAddon();
  if ('why' in loaded) {
    it.skip(`skipped: ${loaded.why}`, () => {});
    return;
  }
  describe.each(loaded.addon.configure(1, '').sets)(`${what} for %s`, (kernels) => {
    beforeAll(async () => {
      const opened = await openNative({ kernels, threads: 2 });
      if (!opened.available || opened.set !== kernels)
        throw new Error(`kernels for ${kernels} did not open: ${JSON.stringify(opened)}`);
    });
    tests(kernels);
  });
}
