import type { ErrorCategory } from '@thinkbits/spec';

/** What scripts read: interface.md §2. */
export const exitCodes: { readonly [category in ErrorCategory]: number } = {
  negative: 1,
  usage: 2,
  input: 3,
  machine: 4,
  interrupted: 130,
};
