import { sampleSize } from './format-figures.js';
import type { StudyResults } from './study-results.js';

/** What n is, what the intervals mean and what they leave out, one sentence each. */
export function howToRead(results: StudyResults): readonly string[] {
  const sizes = [...new Set(results.rows.map(sampleSize))];
  const repeated = results.rows.some(({ repeats }) => repeats > 1);
  const { statistics } = results;
  const quantized = results.rows.filter(({ drop }) => drop !== null).length;
  return [
    sizes.length === 1
      ? `Every figure rests on n = ${sizes[0]} problems${repeated ? ' (problems × repeats)' : ''}.`
      : `Cells rest on different numbers of problems (n = ${sizes.join(', ')}); compare them with that in mind.`,
    'An interval of accuracy is the range of accuracies that these answers leave plausible (95 %) ' +
      `for problems of this kind${statistics ? `: ${statistics.interval}` : ''}.`,
    'A change is measured against float of the same model on the same problems, so its paired interval is usually ' +
      `narrower than two separate ones suggest${statistics ? `: ${statistics.paired}` : ''}.`,
    'Where a paired interval includes zero, the recipe is not told apart from float; that is no proof of equality.',
    ...(quantized > 5
      ? [
          `With ${quantized} comparisons and no correction for their number, about one in twenty intervals misses ` +
            'the true value.',
        ]
      : []),
    'Memory is given twice: packed is what codes and scales take, held is what this backend kept in memory.',
  ];
}
