import type { SynchronousScorer } from '@thinkbits/spec';
import packageJson from '../package.json' with { type: 'json' };

/** The rest of the last line that begins with "Answer:", lower case. */
function readAnswer(prediction: string): string | undefined {
  const lines = prediction.split('\n').map((line) => line.trim().toLowerCase());
  const last = lines.findLast((line) => line.startsWith('answer:'));
  return last?.slice('answer:'.length).trim() || undefined;
}

/** TODO: say what it reads and when it is right, in one sentence, and the source of these rules. */
export const scorer: SynchronousScorer = {
  specificationVersion: 'v1',
  kind: 'scorer',
  id: '__name__',
  version: packageJson.version,
  score({ prediction, answer }) {
    const extracted = readAnswer(prediction);
    if (extracted === undefined) {
      const reason = 'No line begins with "Answer:".';
      return { correct: false, outcome: 'undecided', extracted: null, reason };
    }
    const correct = extracted === answer.trim().toLowerCase();
    const reason = correct ? `Answered ${answer}.` : `Answered ${extracted}; expected ${answer}.`;
    return { correct, outcome: correct ? 'equal' : 'different', extracted, reason };
  },
};
