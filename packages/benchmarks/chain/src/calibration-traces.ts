/**
 * JSON lines `{ question, generated_text, … }`: 256 problems, none of the test set, and what tiny-reasoner-micro answered to
 * them, sampled at temperature 0.6 and top-p 0.95; 232 of the answers are right, and wrong ones are kept. Apache-2.0.
 */
export const calibrationTraces: URL = new URL('../data/calibration.jsonl', import.meta.url);
