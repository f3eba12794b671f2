export { type Comparison, compareAnswers } from './compare.js';
export { type ExtractedAnswer, extractAnswer } from './extract-answer.js';
export { scorer } from './scorer.js';
