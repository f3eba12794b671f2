import type { Benchmark } from '@thinkbits/spec';

/** How the study "Quantization Hurts Reasoning?" samples every benchmark (its code; evaluation.md §1.4). */
export const studyDefaults: Benchmark['defaults'] = {
  sampling: { temperature: 0.6, topP: 0.95, topK: 0, minP: 0 },
  maxTokens: 32768,
};
