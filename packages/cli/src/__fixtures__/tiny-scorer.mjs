/** The last box, compared as text. */
export const scorer = {
  specificationVersion: 'v1',
  kind: 'scorer',
  id: 'tiny',
  score({ prediction, answer }) {
    const extracted = [...prediction.matchAll(/\\boxed\{([^}]*)\}/g)].at(-1)?.[1] ?? null;
    const correct = extracted === answer;
    return {
      correct,
      outcome: extracted === null ? 'undecided' : correct ? 'equal' : 'different',
      extracted,
      reason: extracted === null ? 'no box' : `${extracted} against ${answer}`,
    };
  },
};
