import { afterThinking, findBoxed, findBoxes } from '@thinkbits/validation';
import { defaultPolicies, type MathPolicies } from '../policies.js';
import { findLastValue } from './find-last-value.js';
import { findStated } from './find-stated.js';

/** What was read as the answer, and how. */
export interface ExtractedAnswer {
  readonly text: string;
  readonly how: 'box' | 'first box' | 'boxes' | 'stated' | 'last formula' | 'last number';
}

/** Longer texts are read from their end alone: an answer stands last. */
const longest = 100_000;

/** What {@link extractAnswer} goes by. */
export type ExtractionPolicies = Pick<MathPolicies, 'boxes' | 'thinking'>;

/**
 * Reads an answer: a box, else what is stated as the answer, else the last formula or number. Undefined when there is
 * none, or when only thinking that never ended could hold it.
 */
export function extractAnswer(
  prediction: string,
  policies: ExtractionPolicies = defaultPolicies,
): ExtractedAnswer | undefined {
  const within = policies.thinking === 'include' ? prediction : afterThinking(prediction);
  const text = within?.slice(-longest);
  if (text === undefined) return undefined;
  const box = boxOf(text, policies.boxes);
  if (box) return box;
  const stated = findStated(text);
  if (stated !== undefined) return { text: stated, how: 'stated' };
  return findLastValue(text);
}

function boxOf(text: string, which: MathPolicies['boxes']): ExtractedAnswer | undefined {
  if (which === 'last') {
    const last = findBoxed(text);
    return last === undefined ? undefined : { text: last, how: 'box' };
  }
  const boxes = [...new Set(findBoxes(text))];
  const [first, ...others] = boxes;
  if (first === undefined) return undefined;
  if (which === 'first') return { text: first, how: 'first box' };
  return { text: boxes.join(', '), how: others.length === 0 ? 'box' : 'boxes' };
}

/** The expected answer itself, or the one in a worked solution that ends in a box or `#### 18`. */
export function readGold(answer: string): string {
  const box = findBoxed(answer);
  if (box !== undefined) return box;
  const end = answer.lastIndexOf('####');
  return end < 0 ? answer : answer.slice(end + 4).trim();
}
