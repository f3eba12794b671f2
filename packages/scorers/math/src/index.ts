export {
  type CompareOptions,
  type Comparison,
  compareAnswers,
} from './compare/compare-answers.js';
export { type ExtractedAnswer, extractAnswer } from './extract/extract-answer.js';
export { createMathScorer, scorer } from './math-scorer.js';
export type { MathScorerOptions } from './options.js';
export { defaultPolicies, type MathPolicies, paperPolicies } from './policies.js';
