export { benchmark } from './benchmark.js';
export { type Erratum, errata } from './errata.js';
export type { LivecodebenchOptions } from './options.js';
