import { expect, test } from 'vitest';
import { classMatrix, graders } from './__fixtures__/class-matrix.js';
import { extractionProbes } from './__fixtures__/extraction-probes.js';
import { createMathScorer, scorer } from './math-scorer.js';

const paper = createMathScorer({ compatibility: 'paper' });

/** Why a verdict is not the right one, by column and class. */
const explanations: { readonly [column: string]: { readonly [name: string]: string } } = {
  default: {},
  paper: {
    'rounded to 6 places': 'values are rounded to 5 decimal places where one is a decimal',
    'pi decimal': 'values are rounded to 5 decimal places where one is a decimal',
    'tiny unequal': 'values are rounded to 5 decimal places where one is a decimal',
    'percent sign dropped': 'a percentage is its hundredth and nothing else',
    'percent gold plain': 'a percentage is its hundredth and nothing else',
    'unit mismatch': 'units are removed before anything is compared',
    'symbol case': 'letters are compared without case',
    'base changed': 'bases are dropped',
    'a box in the thinking alone': 'the whole generation is read',
    'a box in thinking without an end': 'the whole generation is read',
  },
};

const cell = (text: string) =>
  text === '' ? '' : `\`${text.replaceAll('|', '\\|').replaceAll('\n', ' / ')}\``;
const word = (equal: boolean) => (equal ? 'yes' : 'no');
const marked = (verdict: boolean, right: boolean) =>
  `${word(verdict)}${verdict === right ? '' : ' x'}`;
const measured = (letter: string, right: boolean) =>
  letter === '?' ? '' : marked(letter === 'y', right);

/** Columns of one width, as the formatter wants them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) =>
    Math.max(3, ...[head, ...rows].map((own) => own[i]?.length ?? 0)),
  );
  const row = (cells: readonly string[]) =>
    `| ${cells.map((text, i) => text.padEnd(widths[i] as number)).join(' | ')} |`;
  return [row(head), row(widths.map((width) => '-'.repeat(width))), ...rows.map(row)].join('\n');
}

const judged = [
  ...classMatrix.map(([name, gold, prediction, right, letters]) => ({
    name,
    answer: { prediction: `\\boxed{${prediction}}`, answer: gold },
    shown: [cell(gold), cell(prediction)],
    right,
    letters: [...letters],
    probe: false,
  })),
  ...extractionProbes.map(([name, text, gold, right, letters]) => ({
    name,
    answer: { prediction: text, answer: gold },
    shown: [cell(gold), cell(text)],
    right,
    letters: [...letters],
    probe: true,
  })),
].map((entry) => ({
  ...entry,
  own: { default: scorer.score(entry.answer).correct, paper: paper.score(entry.answer).correct },
}));

const wrong = judged.flatMap(({ name, right, own }) =>
  (['default', 'paper'] as const)
    .filter((column) => own[column] !== right)
    .map((column) => ({ column, name, why: explanations[column]?.[name] })),
);

function tableOf(probe: boolean, tools: readonly string[]): string {
  const own = judged.filter((entry) => entry.probe === probe);
  const correct = (verdicts: (entry: (typeof own)[number]) => boolean) =>
    `**${own.filter((entry) => verdicts(entry) === entry.right).length}**`;
  const rows = own.map(
    ({ name, shown, right, letters, own: { default: ours, paper: asPaper } }) => [
      name,
      ...shown,
      word(right),
      marked(ours, right),
      marked(asPaper, right),
      ...letters.map((letter) => measured(letter, right)),
    ],
  );
  const totals = tools.map((_, i) => (probe ? '' : correct(({ letters }) => letters[i] === 'y')));
  const last = [
    `**right of ${own.length}**`,
    '',
    '',
    '',
    correct((e) => e.own.default),
    correct((e) => e.own.paper),
  ];
  const head = [probe ? 'probe' : 'class', 'expected', probe ? 'text' : 'prediction', 'right'];
  return table([...head, 'Thinkbits', 'as the paper', ...tools], [...rows, [...last, ...totals]]);
}

const page = () => `# How mathematical answers are graded

Our verdicts beside those of other graders, and the right ones; x marks a verdict that is not right. What is right is this
project's own view, policies included (a percent sign may be dropped, units may be left out): read the rows, not the totals.
"As the paper" is \`createMathScorer({ compatibility: 'paper' })\`. The other graders were measured once; ours is computed whenever
the tests run, and \`npx vitest run packages/scorers/math -u\` writes this page anew.

## Classes of answers

${tableOf(false, graders)}

## Where the answer stands

Other graders were not measured on every probe.

${tableOf(true, graders.slice(0, 2))}

## Where we differ from the right verdict

${table(
  ['as', 'class', 'why'],
  wrong.map(({ column, name, why }) => [column, name, `${why}`]),
)}
`;

test('every verdict that is not right is explained, and no other', () => {
  expect(wrong.filter(({ why }) => !why)).toEqual([]);
  const explained = Object.entries(explanations).flatMap(([column, own]) =>
    Object.keys(own).map((name) => `${column}: ${name}`),
  );
  expect(explained.sort()).toEqual(wrong.map(({ column, name }) => `${column}: ${name}`).sort());
});

test('the page says what is so', async () => {
  await expect(page()).toMatchFileSnapshot('../../../../docs/math-grading.md');
});
