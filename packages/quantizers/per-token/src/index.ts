import type { QuantizerModule } from '@thinkbits/spec';
import { optionsSchema } from './options.js';
import { perToken } from './per-token.js';

export type { PerTokenOptions } from './options.js';
export { type PerToken, perToken } from './per-token.js';

/** How recipes find this package: `{ "use": "per-token" }`. */
export const quantizer: QuantizerModule = { id: 'per-token', optionsSchema, create: perToken };
