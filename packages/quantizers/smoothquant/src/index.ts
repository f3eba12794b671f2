import type { QuantizerModule } from '@thinkbits/spec';
import { optionsSchema } from './options.js';
import { smoothquant } from './smoothquant.js';

export type { SmoothingSite, SmoothquantOptions } from './options.js';
export { smoothingScales } from './smoothing-scales.js';
export { smoothquant } from './smoothquant.js';

/** How recipes find this package: `{ "use": "smoothquant" }`. */
export const quantizer: QuantizerModule = { id: 'smoothquant', optionsSchema, create: smoothquant };
