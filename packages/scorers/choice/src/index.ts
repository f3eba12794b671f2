export { type ChoiceScorerOptions, createChoiceScorer, scorer } from './scorer.js';
