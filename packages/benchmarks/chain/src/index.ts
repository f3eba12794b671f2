export { benchmark, type ChainRow } from './benchmark.js';
export { calibrationTraces } from './calibration-traces.js';
export {
  type ChainOptions,
  chainProblemId,
  generateChainProblems,
} from './generate-chain-problems.js';
