export { afterThinking } from './answers/after-thinking.js';
export { findBoxed, findBoxes } from './answers/find-boxed.js';
export { askForBoxedAnswer } from './ask-for-boxed-answer.js';
export { canonicalJson } from './canonical-json.js';
export {
  type BenchmarkDefinition,
  defineBenchmark,
  type GivenRow,
  type RowContext,
} from './define-benchmark.js';
export { type CsvRecord, parseCsv } from './parse-csv.js';
export { parseJson } from './parse-json.js';
export {
  type JsonLine,
  type JsonLinesOptions,
  parseJsonLines,
  readJsonLines,
} from './parse-json-lines.js';
export { type ByteLine, splitLines } from './split-lines.js';
export { studyDefaults } from './study-defaults.js';
export { type ValidateOptions, validate } from './validate.js';
