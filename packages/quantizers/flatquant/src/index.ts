import type { QuantizerModule } from '@thinkbits/spec';
import { flatquant } from './flatquant.js';
import { optionsSchema } from './options.js';

export { flatquant } from './flatquant.js';
export { FlatquantLayer } from './flatquant-layer.js';
export type { FlatquantOptions, Site } from './options.js';
export type { Parameter, Parameters } from './parameters.js';
export type { TrainingHooks, TrainingStep } from './train-layer.js';

/** How recipes find this package: `{ "use": "flatquant" }`. */
export const quantizer: QuantizerModule = { id: 'flatquant', optionsSchema, create: flatquant };
