import type { QuantizerModule } from '@thinkbits/spec';
import { __camel__ } from './__name__.js';
import { optionsSchema } from './options.js';

export { __camel__ } from './__name__.js';
export type { __Pascal__Options } from './options.js';

/** How recipes find this package: `{ "use": "__name__" }`. */
export const quantizer: QuantizerModule = { id: '__name__', optionsSchema, create: __camel__ };
