export {
  type BackendCandidate,
  type BackendName,
  listBackends,
  type SelectedBackend,
  selectBackend,
} from './backend/select-backend.js';
export type { DecoderConfig } from './config/decoder-config.js';
export type { RotaryConfig } from './config/rotary-config.js';
export { type RotaryFrequencies, rotaryFrequencies } from './config/rotary-frequencies.js';
export { type CreateModelOptions, createModel } from './create-model.js';
export {
  type AttentionConfig,
  type AttentionParts,
  type AttentionPlace,
  attend,
  attentionInputs,
} from './decoder/attend.js';
export { checkKeyMap, headMaps, type LayerMaps, mapsOf } from './decoder/online-maps.js';
export { RotaryTables } from './decoder/rotary-tables.js';
export { describeModel, families, readFamily } from './families/describe-model.js';
export { type LoadModelOptions, loadModel } from './load-model.js';
export { Model, type ModelGenerateOptions, type ModelMemory } from './model.js';
export { Detokenizer } from './tokenizer/detokenizer.js';
export { readTokenizer, type ThinkingMarkers, Tokenizer } from './tokenizer/tokenizer.js';
