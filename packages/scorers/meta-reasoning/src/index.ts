export { type Grading, readGrading, readStep } from './grading.js';
export { type ReasonJudge, type ReasonToJudge, readDecision } from './judge.js';
export {
  createMetaReasoningScorer,
  type MetaReasoningOptions,
  scorer,
} from './meta-reasoning-scorer.js';
export { type GradedSolution, matthewsCorrelation, metaReasoningScores } from './mr-score.js';
