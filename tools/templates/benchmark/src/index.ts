export { benchmark } from './benchmark.js';
