import type { QuantizerModule } from '@thinkbits/spec';
import { optionsSchema } from './options.js';
import { quarot } from './quarot.js';

export type { QuarotOptions } from './options.js';
export { quarot } from './quarot.js';

/** How recipes find this package: `{ "use": "quarot" }`. */
export const quantizer: QuantizerModule = { id: 'quarot', optionsSchema, create: quarot };
