import { backend } from '@tensorflow/tfjs-core';
import type { HostAlgebra } from '@thinkbits/ops';
import type { Addon } from './addon.js';
import type { NativeBackend } from './native-backend.js';

/** Products into host matrices by the addon. */
export function nativeAlgebra(addon: Addon): HostAlgebra {
  return {
    addGram(x, sum) {
      const [tokens, size] = x.shape;
      addon.addGram((backend() as NativeBackend).view(x), sum, tokens, size);
    },
    subtractProduct(c, a, b, transposed) {
      addon.subtractProduct(
        c.values,
        c.start,
        c.stride,
        a.values,
        a.start,
        a.stride,
        b.values,
        b.start,
        b.stride,
        c.rows,
        a.columns,
        c.columns,
        transposed,
      );
    },
  };
}
