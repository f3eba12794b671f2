export { benchmark, type GpqaSet, gpqa, gpqaSets } from './gpqa.js';
export { type GpqaOptions, gpqaOptionsSchema } from './options.js';
