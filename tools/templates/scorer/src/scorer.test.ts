import { describeScorer } from '@thinkbits/conformance';
import { scorer } from './scorer.js';

// Every rule of yours as an example; the kit adds hostile ones.
describeScorer(scorer, {
  equal: [
    ['It rains.\nAnswer: Yes', 'yes'],
    ['Answer: no\nWait.\n answer: yes ', 'yes'],
  ],
  different: [['Answer: no', 'yes']],
  undecided: [
    ['Yes.', 'yes'],
    ['Answer:', 'yes'],
  ],
});
