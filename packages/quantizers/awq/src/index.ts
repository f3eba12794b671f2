import type { QuantizerModule } from '@thinkbits/spec';
import { awq } from './awq.js';
import { optionsSchema } from './options.js';

export { type Awq, awq, proposalOf } from './awq.js';
export { channelScales } from './channel-scales.js';
export type { ClipSearchResult } from './clip-search.js';
export type { AwqOptions } from './options.js';
export type { ScaleSearch } from './scale-search.js';

/** How recipes find this package: `{ "use": "awq" }`. */
export const quantizer: QuantizerModule = { id: 'awq', optionsSchema, create: awq };
