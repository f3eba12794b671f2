import { joinedProductName } from '@thinkbits/ops';
import { areFloats, installBefore } from './install.js';

/** The products of one input with several weights, each written to its columns of the result. */
export function installJoinedProduct(): void {
  installBefore(joinedProductName, ({ x, ...others }, _attributes, backend) => {
    const weights = Object.values(others);
    if (!x || !areFloats(x, ...weights)) return undefined;
    const [tokens, columns] = x.shape as [number, number];
    const width = weights.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
    const { tensor, values } = backend.allocate([tokens, width]);
    let start = 0;
    for (const weight of weights) {
      const out = weight.shape[0] as number;
      const w = backend.view(weight);
      backend.addon.joinProduct(backend.view(x), w, values, tokens, columns, out, start, width);
      start += out;
    }
    return tensor;
  });
}
