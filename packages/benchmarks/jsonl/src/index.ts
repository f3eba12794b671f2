export { benchmark, type JsonlOptions, type JsonlRow } from './jsonl.js';
