export { benchmark, type ChainRow } from './benchmark.js';
export {
  type ChainOptions,
  chainProblemId,
  generateChainProblems,
} from './generate-chain-problems.js';
