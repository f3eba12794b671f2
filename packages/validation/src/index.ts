export { canonicalJson } from './canonical-json.js';
export { type BenchmarkDefinition, defineBenchmark } from './define-benchmark.js';
export { parseJson } from './parse-json.js';
export {
  type JsonLine,
  type JsonLinesOptions,
  parseJsonLines,
  readJsonLines,
} from './parse-json-lines.js';
export { type ValidateOptions, validate } from './validate.js';
