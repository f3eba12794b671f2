import type { Message } from '@thinkbits/spec';
import type { CalibrationEntry } from './calibration-entry.js';

/** An answer that is told with the marker that its prompt ends with begins behind it. */
const opening = /<(think|\|begin_of_thought\|)>\n?$/;

/** A trace as the text that the model saw and what it wrote; special tokens are spelled out. */
export function renderTrace(
  { prompt, answer }: Extract<CalibrationEntry, { kind: 'trace' }>,
  tokenizer: { render(messages: readonly Message[]): string },
): { readonly prompt: string; readonly answer: string } {
  const asked = typeof prompt === 'string' ? prompt : tokenizer.render(prompt);
  const [marker] = opening.exec(asked) ?? [];
  const repeats = marker !== undefined && answer.startsWith(marker);
  return { prompt: asked, answer: repeats ? answer.slice(marker.length) : answer };
}
