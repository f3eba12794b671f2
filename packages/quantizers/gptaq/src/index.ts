import type { QuantizerModule } from '@thinkbits/spec';
import { gptaq } from './gptaq.js';
import { optionsSchema } from './options.js';

export { type Gptaq, gptaq, type InputPair } from './gptaq.js';
export type { GptaqOptions } from './options.js';

/** How recipes find this package: `{ "use": "gptaq" }`. */
export const quantizer: QuantizerModule = { id: 'gptaq', optionsSchema, create: gptaq };
