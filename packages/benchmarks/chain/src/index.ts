export { benchmark, type ChainRow } from './benchmark.js';
export { type ChainOptions, generateChainProblems } from './generate-chain-problems.js';
