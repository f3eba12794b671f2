export { type BenchmarkConformance, describeBenchmark } from './describe-benchmark.js';
export { describeScorer, type ScorerExample, type ScorerExamples } from './describe-scorer.js';
