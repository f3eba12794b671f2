export { type BenchmarkConformance, describeBenchmark } from './benchmark/describe-benchmark.js';
export { describeQuantizer, type QuantizerConformance } from './quantizer/describe-quantizer.js';
export {
  describeScorer,
  type ScorerExample,
  type ScorerExamples,
} from './scorer/describe-scorer.js';
