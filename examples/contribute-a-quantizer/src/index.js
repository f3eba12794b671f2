import { hqq } from './hqq.js';
import { optionsSchema } from './options.js';

export { hqq } from './hqq.js';

/** How recipes find this package: `{ "use": "hqq" }` or `-r hqq:w4g64`. */
export const quantizer = { id: 'hqq', optionsSchema, create: hqq };
