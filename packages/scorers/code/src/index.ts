export {
  betweenLastFences,
  type ExtractedProgram,
  type Extraction,
  extractProgram,
} from './extract/extract-program.js';
export type { TestOutcome } from './judge/judge-program.js';
export type { CodeScorerOptions } from './options.js';
export { describeSandbox, type SandboxReport } from './sandbox/find-sandbox.js';
export { createCodeScorer, scorer } from './scorer.js';
