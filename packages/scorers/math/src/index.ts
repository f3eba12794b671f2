export { type Comparison, compareAnswers } from './compare/compare-answers.js';
export { type ExtractedAnswer, extractAnswer } from './extract/extract-answer.js';
export { createMathScorer, type MathScorerOptions, scorer } from './math-scorer.js';
