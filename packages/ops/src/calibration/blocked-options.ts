import type { BlockedOptions, BlockKernels } from '@thinkbits/numerics';
import { backendProduct } from './backend-product.js';
import { backendKernels } from './host-algebra.js';

/** How blocked algorithms run on the active backend, and what stops them between blocks. */
export const blockedOptions = (
  signal: AbortSignal | undefined,
): BlockedOptions & { readonly blockKernels?: BlockKernels } => ({
  ...backendKernels(),
  subtractProduct: backendProduct,
  ...(signal && { signal }),
});
