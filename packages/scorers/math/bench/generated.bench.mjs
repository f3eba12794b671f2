/**
 * The error rate on generated cases, by type of answer. A case is judged rightly when equal answers are found equal and
 * different ones different; `undecided` counts as an error here.
 *
 *   pnpm --filter @thinkbits/scorer-math bench:cases [-- --count 10000] [--seed 1] [--errors]
 *   pnpm --silent --filter @thinkbits/scorer-math bench:cases -- --lines | thinkbits score math
 */
import { compareAnswers } from '@thinkbits/scorer-math';
import { generateCases } from './generate-cases.mjs';

const words = process.argv.slice(2);
const option = (name, otherwise) =>
  Number(words.includes(name) ? words[words.indexOf(name) + 1] : otherwise);
const cases = generateCases(option('--count', 10_000), option('--seed', 1));

if (words.includes('--lines')) {
  for (const { id, gold, prediction } of cases) {
    console.log(JSON.stringify({ id, prediction: `\\boxed{${prediction}}`, answer: gold }));
  }
} else {
  const types = new Map();
  for (const { type, gold, prediction, equal } of cases) {
    const own = types.get(type) ?? {
      type,
      cases: 0,
      'equal missed': 0,
      'different missed': 0,
      undecided: 0,
    };
    types.set(type, own);
    const { outcome, reason } = compareAnswers(gold, prediction);
    own.cases++;
    const right = outcome === (equal ? 'equal' : 'different');
    if (right) continue;
    own[equal ? 'equal missed' : 'different missed']++;
    if (outcome === 'undecided') own.undecided++;
    if (words.includes('--errors'))
      console.log(`${type}\t${equal}\t${gold} ~ ${prediction}\t${outcome}: ${reason}`);
  }
  const rows = [...types.values()].map((row) => {
    const wrong = row['equal missed'] + row['different missed'];
    return { ...row, 'error rate': `${((100 * wrong) / row.cases).toFixed(2)} %`, wrong };
  });
  console.table(Object.fromEntries(rows.map(({ type, wrong: _, ...row }) => [type, row])));
  const total = rows.reduce((sum, { wrong }) => sum + wrong, 0);
  const count = rows.reduce((sum, { cases: own }) => sum + own, 0);
  console.log(`${total} of ${count} wrong: ${((100 * total) / count).toFixed(3)} %`);
}
