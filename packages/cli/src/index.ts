export type { Host, TextOutput } from './host.js';
export { run } from './run.js';
