import { between, distinct, near, nonZero, oneOf, shuffled, signed } from './drawing.mjs';

/** @typedef {import('./drawing.mjs').AnswerType<any>} AnswerType */

/** @type {AnswerType} x < a, … */
const inequality = {
  name: 'inequality',
  draw: (random) => ({
    a: between(random, -12, 12),
    strict: random.integer(2) === 0,
    below: random.integer(2) === 0,
  }),
  change: (value, random) =>
    oneOf(random, [
      { ...value, a: near(random, value.a) },
      { ...value, strict: !value.strict },
      { ...value, below: !value.below },
    ]),
  writings: [
    ({ a, strict, below }) => `x${sign(below, strict)}${a}`,
    ({ a, strict, below }) => `${a}${sign(!below, strict)}x`,
    ({ a, strict, below }) => `-2x${sign(!below, strict)}${-2 * a}`,
    ({ a, strict, below }) => `3x${signed(1)}${sign(below, strict)}${3 * a + 1}`,
    ({ a, strict, below }) =>
      below ? `(-\\infty,${a}${strict ? ')' : ']'}` : `${strict ? '(' : '['}${a},\\infty)`,
    ({ a, strict, below }) =>
      `x\\in${below ? `(-\\infty,${a}${strict ? ')' : ']'}` : `${strict ? '(' : '['}${a},+\\infty)`}`,
    ({ a, strict, below }) => `\\{x\\mid x${sign(below, strict)}${a}\\}`,
  ],
};

const sign = (below, strict) => (below ? (strict ? '<' : '\\le ') : strict ? '>' : '\\geq ');

/** @type {AnswerType} [a, b) */
const interval = {
  name: 'interval',
  draw: (random) => {
    const a = between(random, -12, 10);
    return {
      a,
      b: a + between(random, 1, 9) * 2,
      left: random.integer(2) === 0,
      right: random.integer(2) === 0,
    };
  },
  change: (value, random) =>
    oneOf(random, [
      { ...value, left: !value.left },
      { ...value, right: !value.right },
      { ...value, a: value.a - 2 },
      { ...value, b: value.b + 2 },
    ]),
  writings: [
    ({ a, b, left, right }) => `${left ? '[' : '('}${a}, ${b}${right ? ']' : ')'}`,
    ({ a, b, left, right }) => `\\left${left ? '[' : '('} ${a},${b} \\right${right ? ']' : ')'}`,
    ({ a, b, left, right }) => `${a}${left ? '\\le' : '<'} x ${right ? '\\leq' : '<'} ${b}`,
    ({ a, b, left, right }) => `${b}${right ? '\\ge' : '>'} x ${left ? '\\ge' : '>'} ${a}`,
    ({ a, b, left, right }) => `x\\in${left ? '[' : '('}${a},${b}${right ? ']' : ')'}`,
    ({ a, b, left, right }) =>
      `x${left ? '\\ge' : '>'}${a}\\text{ and }x${right ? '\\le' : '<'}${b}`,
    ({ a, b, left, right }) =>
      left === right
        ? `|x${signed(-(a + b) / 2)}|${left ? '\\le' : '<'}${(b - a) / 2}`
        : `${left ? '[' : '('}${a},${(a + b) / 2}]\\cup(${(a + b) / 2},${b}${right ? ']' : ')'}`,
  ],
};

/** @type {AnswerType} (-∞, a) ∪ (b, ∞) */
const union = {
  name: 'union',
  draw: (random) => {
    const a = between(random, -12, 10);
    return { a, b: a + between(random, 1, 9) * 2, closed: random.integer(2) === 0 };
  },
  change: (value, random) =>
    oneOf(random, [
      { ...value, closed: !value.closed },
      { ...value, a: value.a - 1 },
      { ...value, b: value.b + 2 },
    ]),
  writings: [
    ({ a, b, closed }) =>
      `(-\\infty,${a}${closed ? ']' : ')'}\\cup${closed ? '[' : '('}${b},\\infty)`,
    ({ a, b, closed }) =>
      `${closed ? '[' : '('}${b},\\infty)\\cup(-\\infty,${a}${closed ? ']' : ')'}`,
    ({ a, b, closed }) => `x${closed ? '\\le' : '<'}${a}\\text{ or }x${closed ? '\\ge' : '>'}${b}`,
    ({ a, b, closed }) => `x${closed ? '\\ge' : '>'}${b}\\text{ or }x${closed ? '\\le' : '<'}${a}`,
    ({ a, b, closed }) =>
      `x\\in(-\\infty,${a}${closed ? ']' : ')'}\\cup${closed ? '[' : '('}${b},\\infty)`,
    ({ a, b, closed }) => `x^2${signed(-a - b)}x${signed(a * b)}${closed ? '\\ge' : '>'}0`,
  ],
};

const changedMember = (items, random) => {
  const others = [...items];
  const at = random.integer(others.length);
  others[at] = Math.max(...items) + between(random, 1, 5);
  return others;
};

/** @type {AnswerType} */
const set = {
  name: 'set',
  draw: (random) => distinct(random, between(random, 2, 5), -30, 30),
  change: (items, random) =>
    oneOf(random, [
      changedMember(items, random),
      [...items, 99],
      items.slice(1).length > 0 ? items.slice(1) : [77],
    ]),
  writings: [
    (items, random) => `\\{${shuffled(random, items).join(', ')}\\}`,
    (items, random) => `\\left\\{${shuffled(random, items).join(',')}\\right\\}`,
    (items) => `\\{${[...items, items[0]].join(',')}\\}`,
    (items, random) =>
      `\\{${shuffled(random, items)
        .map((n) => `\\frac{${2 * n}}{2}`)
        .join(',')}\\}`,
  ],
};

/** @type {AnswerType} */
const list = {
  name: 'list',
  draw: (random) => distinct(random, between(random, 2, 5), -30, 30),
  change: (items, random) => oneOf(random, [changedMember(items, random), [...items, 99]]),
  writings: [
    (items, random) => shuffled(random, items).join(', '),
    (items) => `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`,
    (items) => `${items.slice(0, -1).join(', ')}\\text{ and }${items.at(-1)}`,
    (items) => items.map((n) => `x=${n}`).join('\\text{ or }'),
    (items, random) =>
      shuffled(random, items)
        .map((n) => `${n}.0`)
        .join('; '),
  ],
};

/** @type {AnswerType} */
const tuple = {
  name: 'tuple',
  draw: (random) => distinct(random, between(random, 2, 4), -30, 30),
  change: (items, random) =>
    oneOf(random, [items.toReversed(), changedMember(items, random), [...items, 99]]),
  writings: [
    (items) => `(${items.join(', ')})`,
    (items) => `\\left(${items.join(',')}\\right)`,
    (items) => `(${items.map((n) => `\\frac{${3 * n}}{3}`).join(',')})`,
    (items) => `\\langle ${items.join(',')} \\rangle`,
    (items) => `\\begin{pmatrix}${items.join('\\\\')}\\end{pmatrix}`,
  ],
};

/** @type {AnswerType} */
const points = {
  name: 'list of points',
  draw: (random) => {
    const x = distinct(random, between(random, 2, 3), -20, 20);
    return x.map((own) => [own, nonZero(random, 20)]);
  },
  change: (items, random) => {
    const [[x, y], ...others] = items;
    return oneOf(random, [
      [[x, y + 41], ...others],
      [...items, [50, 50]],
      [[x - 50, y], ...others],
    ]);
  },
  writings: [
    (items, random) =>
      shuffled(random, items)
        .map(([x, y]) => `(${x},${y})`)
        .join(', '),
    (items, random) =>
      `\\{${shuffled(random, items)
        .map(([x, y]) => `(${x}, ${y})`)
        .join(',')}\\}`,
    (items) => items.map(([x, y]) => `(${x},${y})`).join('\\text{ and }'),
  ],
};

/** @type {AnswerType} */
const matrix = {
  name: 'matrix',
  draw: (random) => [0, 1].map(() => [0, 1, 2].slice(0, 2).map(() => nonZero(random, 9))),
  change: ([[a, b], [c, d]], random) =>
    oneOf(random, [
      [
        [a + 20, b],
        [c, d],
      ],
      [
        [a, b],
        [c, d - 20],
      ],
      b === c
        ? [
            [a, b + 1],
            [c, d],
          ]
        : [
            [a, c],
            [b, d],
          ],
    ]),
  writings: [
    (rows) => `\\begin{pmatrix}${body(rows)}\\end{pmatrix}`,
    (rows) => `\\begin{bmatrix} ${body(rows)} \\end{bmatrix}`,
    (rows) => `\\left[\\begin{array}{cc}${body(rows)}\\end{array}\\right]`,
    (rows) =>
      `\\frac12\\begin{pmatrix}${body(rows.map((row) => row.map((n) => 2 * n)))}\\end{pmatrix}`,
    (rows) => `-\\begin{pmatrix}${body(rows.map((row) => row.map((n) => -n)))}\\end{pmatrix}`,
    (rows) =>
      `\\begin{pmatrix}${body(rows[0].map((_, j) => rows.map((row) => row[j])))}\\end{pmatrix}^T`,
    (rows) =>
      `\\begin{pmatrix}${body(rows.map((row) => row.map((n) => `\\frac{${5 * n}}{5}`)))}\\end{pmatrix}`,
  ],
};

const body = (rows) => rows.map((row) => row.join(' & ')).join(' \\\\ ');

/** @type {AnswerType} */
const numeral = {
  name: 'numeral with a base',
  draw: (random) => ({
    value: between(random, 40, 5000),
    base: oneOf(random, [2, 3, 5, 7, 8, 9, 12, 16]),
  }),
  change: ({ value, base }, random) =>
    oneOf(random, [
      { value: value + 1, base },
      { value: value + base, base },
    ]),
  writings: [
    ({ value, base }) => `${digits(value, base)}_${base > 9 ? `{${base}}` : base}`,
    ({ value, base }) => `${digits(value, base)}_{${base}}`,
    ({ value, base }) => `(${digits(value, base)})_{${base}}`,
    ({ value, base }) => `\\text{${digits(value, base)}}_{${base}}`,
  ],
};

const digits = (value, base) => value.toString(base).toUpperCase();

/** @type {AnswerType} */
const clock = {
  name: 'time',
  draw: (random) => ({
    hours: between(random, 1, 12),
    minutes: between(random, 0, 59),
    half: oneOf(random, ['a', 'p']),
  }),
  change: (value, random) =>
    oneOf(random, [
      { ...value, hours: (value.hours % 12) + 1 },
      { ...value, minutes: (value.minutes + 1) % 60 },
      { ...value, half: value.half === 'a' ? 'p' : 'a' },
    ]),
  writings: [
    ({ hours, minutes, half }) => `${hours}:${two(minutes)}\\text{ ${half}.m.}`,
    ({ hours, minutes, half }) => `${hours}:${two(minutes)} ${half.toUpperCase()}M`,
    ({ hours, minutes, half }) => `${hours}:${two(minutes)}${half}m`,
    ({ hours, minutes, half }) => `${two(hours)}:${two(minutes)} ${half}.m.`,
    ({ hours, minutes, half }) => `${hours}{:}${two(minutes)}\\text{ ${half.toUpperCase()}M}`,
  ],
};

const two = (n) => `${n}`.padStart(2, '0');

const words = [
  'even',
  'odd',
  'Monday',
  'Tuesday',
  'hyperbola',
  'ellipse',
  'True',
  'False',
  'Alice',
  'acute',
  'obtuse',
];

/** @type {AnswerType} */
const word = {
  name: 'word',
  draw: (random) => oneOf(random, words),
  change: (text, random) =>
    oneOf(
      random,
      words.filter((other) => other !== text),
    ),
  writings: [
    (text) => text,
    (text) => `\\text{${text}}`,
    (text) => `\\textbf{${text}}`,
    (text) => text.toLowerCase(),
    (text) => `${text}.`,
    (text) => `\\mathrm{${text.toUpperCase()}}`,
  ],
};

/** @type {AnswerType} */
const option = {
  name: 'letter of an option',
  draw: (random) => oneOf(random, ['A', 'B', 'C', 'D', 'E']),
  change: (letter, random) =>
    oneOf(
      random,
      ['A', 'B', 'C', 'D', 'E'].filter((other) => other !== letter),
    ),
  writings: [
    (letter) => `\\text{(${letter})}`,
    (letter) => `(${letter})`,
    (letter) => `\\textbf{(${letter})}`,
    (letter) => `\\text{${letter}}`,
    (letter) => letter,
  ],
};

const ones =
  ' one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = '  twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const below100 = (n, hyphen) =>
  n < 20 ? ones[n] : `${tens[Math.trunc(n / 10)]}${n % 10 === 0 ? '' : `${hyphen}${ones[n % 10]}`}`;

/** @type {AnswerType} */
const numberWords = {
  name: 'number in words',
  draw: (random) => between(random, 1, 999),
  change: (n, random) => n + oneOf(random, [1, 10, 100]),
  writings: [
    (n) => `${n}`,
    (n) => inWords(n, ' '),
    (n) => inWords(n, '-'),
    (n) => `\\text{${inWords(n, '-')}}`,
    (n) => inWords(n, '-').replace(/^./, (first) => first.toUpperCase()),
  ],
};

function inWords(n, hyphen) {
  if (n < 100) return below100(n, hyphen);
  if (n >= 1000) return `one thousand${n % 1000 === 0 ? '' : ` ${inWords(n % 1000, hyphen)}`}`;
  const rest = n % 100 === 0 ? '' : ` ${below100(n % 100, hyphen)}`;
  return `${ones[Math.trunc(n / 100)]} hundred${rest}`;
}

export const structures = [
  inequality,
  interval,
  union,
  set,
  list,
  tuple,
  points,
  matrix,
  numeral,
  clock,
  word,
  option,
  numberWords,
];
