import type { QuantizerModule } from '@thinkbits/spec';
import { optionsSchema } from './options.js';
import { rtn } from './rtn.js';

export type { RtnOptions } from './options.js';
export { type Rtn, rtn } from './rtn.js';

/** How recipes find this package: `{ "use": "rtn" }`. */
export const quantizer: QuantizerModule = { id: 'rtn', optionsSchema, create: rtn };
