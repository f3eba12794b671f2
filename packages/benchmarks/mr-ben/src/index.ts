export { benchmark, type MrBenRow } from './mr-ben.js';
