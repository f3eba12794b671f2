import type { QuantizerModule } from '@thinkbits/spec';
import { gptq } from './gptq.js';
import { optionsSchema } from './options.js';

export { type Gptq, gptq } from './gptq.js';
export type { GptqOptions } from './options.js';

/** How recipes find this package: `{ "use": "gptq" }`. */
export const quantizer: QuantizerModule = { id: 'gptq', optionsSchema, create: gptq };
