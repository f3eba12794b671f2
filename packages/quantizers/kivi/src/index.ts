import type { QuantizerModule } from '@thinkbits/spec';
import { kivi } from './kivi.js';
import { optionsSchema } from './options.js';

export { type Kivi, kivi } from './kivi.js';
export type { KiviOptions } from './options.js';

/** How recipes find this package: `{ "use": "kivi" }`. */
export const quantizer: QuantizerModule = { id: 'kivi', optionsSchema, create: kivi };
