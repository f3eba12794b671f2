/**
 * How long hostile answers take: each text is judged as a boxed answer, as the expected answer, and as prose. The scorer
 * promises verdicts within a bound of steps, not of time; this shows what a step costs.
 *
 *   pnpm --filter @thinkbits/scorer-math bench:fuzz [-- --count 10000] [--seed 1] [--slowest 5]
 */
import { createMathScorer } from '@thinkbits/scorer-math';
import { fuzzTexts } from './fuzz-texts.mjs';

const words = process.argv.slice(2);
const option = (name, otherwise) =>
  Number(words.includes(name) ? words[words.indexOf(name) + 1] : otherwise);
const scorers = [createMathScorer(), createMathScorer({ compatibility: 'paper' })];
const outcomes = { equal: 0, different: 0, undecided: 0 };
const judged = [];
let [crashes, bounded] = [0, 0];

for (const { id, gold, text } of fuzzTexts(option('--count', 10_000), option('--seed', 1))) {
  const ways = {
    'in a box': { prediction: `so \\boxed{${text}}`, answer: gold },
    'as expected': { prediction: `so \\boxed{${gold}}`, answer: text },
    'in prose': { prediction: `The answer is $${text}$, so it is.`, answer: gold },
  };
  for (const [way, answer] of Object.entries(ways)) {
    for (const [index, scorer] of scorers.entries()) {
      const start = performance.now();
      try {
        const { outcome, reason } = scorer.score(answer);
        outcomes[outcome]++;
        if (/more than \d+ steps/.test(reason)) bounded++;
      } catch (error) {
        crashes++;
        console.log(id, way, error);
      }
      const milliseconds = performance.now() - start;
      judged.push({ milliseconds, id, way: index === 1 ? `${way}, as the paper` : way, text });
    }
  }
}

judged.sort((a, b) => a.milliseconds - b.milliseconds);
const quantile = (share) =>
  judged[Math.min(judged.length - 1, Math.floor(share * judged.length))].milliseconds;
console.log(
  `${judged.length} judgements, ${crashes} crashes, ${bounded} ended by the bound of steps`,
  outcomes,
);
console.table(
  Object.fromEntries(
    [0.5, 0.9, 0.99, 0.999, 0.9999, 1].map((share) => [
      share === 1 ? 'slowest' : `${100 * share} %`,
      { milliseconds: Number(quantile(share).toFixed(2)) },
    ]),
  ),
);
console.log(
  `${judged.filter(({ milliseconds }) => milliseconds > 50).length} took more than 50 ms`,
);
for (const { milliseconds, id, way, text } of judged.slice(-option('--slowest', 5)).reverse()) {
  console.log(
    `${milliseconds.toFixed(1)} ms, text ${id} ${way}: ${JSON.stringify(text.slice(0, 100))}`,
  );
}
