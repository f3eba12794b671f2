/**
 * The expected answers of data sets: whether each can be read and equals itself in other spellings, and which answers of
 * different problems are written differently and still called equal.
 *
 *   pnpm --filter @thinkbits/scorer-math bench:golds [-- FILE…]
 *
 * Files are JSON lines with an `answer`; where none is named, those of GSM8K and MATH-500 are read.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compareAnswers, scorer } from '@thinkbits/scorer-math';

const named = process.argv.slice(2).filter((word) => word !== '--');
const folders = ['gsm8k', 'math-500'].map((name) =>
  fileURLToPath(new URL(`../../../benchmarks/${name}/data/`, import.meta.url)),
);
const own = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => `${folder}${file}`),
);

/** Other spellings of the same answer. @param {string} gold */
const spellings = (gold) => [
  gold,
  `$${gold}$`,
  `{${gold}}`,
  `\\displaystyle ${gold}`,
  `${gold}.`,
  gold.replaceAll('\\frac', '\\dfrac'),
  gold.replaceAll('\\left', '').replaceAll('\\right', ''),
  gold.replace(/^(-?\d+)$/, '$1.0'),
  gold.replaceAll('^\\circ', '°'),
  /[=<_]|\\text|\\in /.test(gold) ? gold : `x = ${gold}`,
];

for (const file of named.length > 0 ? named : own) {
  const rows = readFileSync(file, 'utf8').trim().split('\n');
  const golds = rows.map((line) => `${JSON.parse(line).answer}`.split('####').at(-1).trim());
  const unread = golds.filter((gold) =>
    spellings(gold).some(
      (spelling) => !scorer.score({ prediction: `\\boxed{${spelling}}`, answer: gold }).correct,
    ),
  );
  const distinct = [...new Set(golds)];
  const matches = distinct.flatMap((gold) =>
    distinct
      .filter((other) => other !== gold && compareAnswers(gold, other).outcome === 'equal')
      .map((other) => `${gold} ~ ${other}`),
  );
  const pairs = distinct.length * (distinct.length - 1);
  console.log(
    `${file.split('/').slice(-3).join('/')}: ${golds.length} answers, ${unread.length} unlike themselves, ` +
      `${matches.length} of ${pairs} ordered pairs of different texts equal`,
  );
  for (const line of [...unread, ...matches]) console.log(`  ${line}`);
}
