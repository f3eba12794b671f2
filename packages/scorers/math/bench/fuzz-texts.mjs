import { createRandom } from '@thinkbits/numerics';
import { between, oneOf } from './answer-types/drawing.mjs';
import { generateCases } from './generate-cases.mjs';

/** What mutations insert: everything that opens, closes, repeats or means something to a reader of LaTeX. */
const pieces =
  '\\frac \\sqrt \\sqrt[ \\boxed{ \\text{ \\left( \\right] \\begin{pmatrix} \\end{pmatrix} \\begin{cases} & \\\\ \\int_0^ \\sum_{k=1}^{ \\binom \\overline \\pm \\cup \\in \\mid \\log_ \\sin^ ^ _ { } ( ) [ ] \\{ \\} | ! % \\% $ \\$ , ; : = < > - + * / . ... 0 1 9 9999 1e99 1e999999999 e i x \\pi \\infty \\\\ \\ \u0000 \uD800 ∞ ½ million and or __proto__'.split(
    ' ',
  );

/** @type {readonly ((text: string, random: import('@thinkbits/spec').RandomSource) => string)[]} */
const mutations = [
  (text, random) => {
    const [at, count] = [random.integer(text.length + 1), between(random, 1, 8)];
    return text.slice(0, at) + text.slice(at + count);
  },
  (text, random) => {
    const at = random.integer(text.length + 1);
    return text.slice(0, at) + oneOf(random, pieces) + text.slice(at);
  },
  (text, random) => {
    const [from, to] = [random.integer(text.length + 1), random.integer(text.length + 1)];
    return text + text.slice(Math.min(from, to), Math.max(from, to)).repeat(between(random, 1, 6));
  },
  (text, random) => {
    const [open, close] = oneOf(random, [
      ['(', ')'],
      ['{', '}'],
      ['\\frac{1}{', '}'],
      ['\\sqrt{', '}'],
      ['|', '|'],
      ['\\sin(', ')'],
      ['\\text{', '}'],
      ['\\begin{pmatrix}', '\\end{pmatrix}'],
      ['\\sum_{k=1}^{9} ', ''],
    ]);
    const depth = between(random, 1, oneOf(random, [3, 30, 300]));
    return open.repeat(depth) + text + close.repeat(random.integer(4) === 0 ? depth - 1 : depth);
  },
  (text, random) =>
    `${'^{'.replace('^', `${text}^`).repeat(between(random, 1, 8))}${text}${'}'.repeat(8)}`,
  (text, random) => `(${text})^{${10 ** between(random, 1, 12) - 1}}`,
  (text, random) => `(${text})${'!'.repeat(between(random, 1, 3))}`,
  (text, random) =>
    Array.from({ length: between(random, 2, 200) }, () => text).join(
      oneOf(random, ['+', ',', '\\cdot ', '=', '<', '&']),
    ),
  (text, random) =>
    [...text].map((c) => (random.integer(8) === 0 ? oneOf(random, pieces) : c)).join(''),
];

/**
 * Broken and hostile answers: generated ones, mutated one to five times; every 250th is blown up to about a megabyte.
 * Text i depends on the seed alone.
 *
 * @param {number} count
 * @param {number} seed
 */
export function* fuzzTexts(count, seed) {
  const random = createRandom(seed).fork('math-fuzz');
  for (const { id, gold, prediction } of generateCases(count, seed)) {
    const own = random.fork(`${id}`);
    let text = oneOf(own, [gold, prediction]);
    for (let i = between(own, 1, 5); i > 0; i--)
      text = oneOf(own, mutations)(text, own).slice(0, 20_000);
    if (id % 250 === 0) text = text.repeat(Math.ceil(1_000_000 / Math.max(1, text.length)));
    yield { id, gold, text };
  }
}
