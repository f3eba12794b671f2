import type { QuantizerModule } from '@thinkbits/spec';
import { kvquant } from './kvquant.js';
import { optionsSchema } from './options.js';

export { kvquant } from './kvquant.js';
export type { KvquantOptions } from './options.js';

/** How recipes find this package: `{ "use": "kvquant" }`. */
export const quantizer: QuantizerModule = { id: 'kvquant', optionsSchema, create: kvquant };
