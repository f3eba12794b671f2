import { between, divisor, near, nonZero, oneOf, signed, times } from './drawing.mjs';

/** @typedef {import('./drawing.mjs').AnswerType<any>} AnswerType */

const squareFree = [2, 3, 5, 6, 7, 10, 11, 13, 14, 15];

/** @type {AnswerType} a√b / c */
const radical = {
  name: 'root',
  draw: (random) => ({
    a: nonZero(random, 12),
    b: oneOf(random, squareFree),
    c: between(random, 1, 9),
  }),
  change: ({ a, b, c }, random) =>
    oneOf(random, [
      { a: -a, b, c },
      { a: a + c, b, c },
      { a: a || 1, b: b + 17, c },
    ]),
  writings: [
    ({ a, b, c }) => `\\frac{${times(a, `\\sqrt{${b}}`)}}{${c}}`,
    ({ a, b, c }) => `\\frac{${a}}{${c}}\\sqrt{${b}}`,
    ({ a, b, c }) => `\\frac{${a * b}}{${c}\\sqrt{${b}}}`,
    ({ a, b, c }) => `${a < 0 ? '-' : ''}\\frac{\\sqrt{${a * a * b}}}{${c}}`,
    ({ a, b, c }) => `${a < 0 ? '-' : ''}\\sqrt{\\frac{${a * a * b}}{${c * c}}}`,
    ({ a, b, c }) => `${a}\\cdot ${b}^{1/2} / ${c}`,
    ({ a, b, c }) => `${a}*sqrt(${b})/${c}`,
  ],
};

/** @type {AnswerType} a + b√c */
const surd = {
  name: 'sum of roots',
  draw: (random) => ({
    a: nonZero(random, 12),
    b: nonZero(random, 9),
    c: oneOf(random, squareFree),
  }),
  change: ({ a, b, c }, random) =>
    oneOf(random, [
      { a, b: -b, c },
      { a: near(random, a), b, c },
    ]),
  writings: [
    ({ a, b, c }) => `${a}${b < 0 ? '' : '+'}${times(b, `\\sqrt{${c}}`)}`,
    ({ a, b, c }) => `${times(b, `\\sqrt{${c}}`)}${signed(a)}`,
    ({ a, b, c }) => `\\frac{${2 * a}${signed(2 * b)}\\sqrt{${c}}}{2}`,
    // (a² - b²c) / (a - b√c)
    ({ a, b, c }) => `\\frac{${a * a - b * b * c}}{${a}${signed(-b)}\\sqrt{${c}}}`,
    ({ a, b, c }) => `${a}${b < 0 ? '-' : '+'}\\sqrt{${b * b * c}}`,
    ({ a, b, c }) => `${b}\\left(\\sqrt{${c}}+\\frac{${a}}{${b}}\\right)`,
  ],
};

/** @type {AnswerType} √(p + q + 2√(pq)) */
const nested = {
  name: 'nested root',
  draw: (random) => ({ p: oneOf(random, [2, 3, 5, 7]), q: oneOf(random, [11, 13, 6, 10]) }),
  change: ({ p, q }, random) =>
    oneOf(random, [
      { p: p + 12, q },
      { p, q: q + 20 },
    ]),
  writings: [
    ({ p, q }) => `\\sqrt{${p}}+\\sqrt{${q}}`,
    ({ p, q }) => `\\sqrt{${p + q}+2\\sqrt{${p * q}}}`,
    ({ p, q }) => `\\sqrt{${p + q}+\\sqrt{${4 * p * q}}}`,
    ({ p, q }) => `\\frac{${q - p}}{\\sqrt{${q}}-\\sqrt{${p}}}`,
  ],
};

/** @type {AnswerType} b^(p/q) */
const power = {
  name: 'power',
  draw: (random) => ({
    b: between(random, 2, 9),
    p: between(random, 1, 5),
    q: oneOf(random, [2, 3]),
  }),
  change: ({ b, p, q }, random) =>
    oneOf(random, [
      { b, p: p + 1, q },
      { b: b + 1, p, q },
    ]),
  writings: [
    ({ b, p, q }) => `${b}^{${p}/${q}}`,
    ({ b, p, q }) => `${b}^{\\frac{${p}}{${q}}}`,
    ({ b, p, q }) => `\\sqrt${q === 2 ? '' : `[${q}]`}{${b ** p}}`,
    ({ b, p, q }) => `\\left(\\sqrt${q === 2 ? '' : `[${q}]`}{${b}}\\right)^{${p}}`,
    ({ b, p, q }) => `${b}\\cdot ${b}^{\\frac{${p - q}}{${q}}}`,
    ({ b, p, q }) => `\\frac{1}{${b}^{-${p}/${q}}}`,
  ],
};

/** @type {AnswerType} aπ/b + c */
const circle = {
  name: 'multiple of pi',
  draw: (random) => ({
    a: nonZero(random, 30),
    b: between(random, 1, 12),
    c: between(random, -5, 5),
  }),
  change: ({ a, b, c }, random) =>
    oneOf(random, [
      { a: a + b, b, c },
      { a, b, c: c + 1 },
      { a: -a, b, c },
    ]),
  writings: [
    ({ a, b, c }) => `\\frac{${times(a, '\\pi')}}{${b}}${signed(c)}`,
    ({ a, b, c }) => `${c}${signed(a)}\\pi/${b}`,
    ({ a, b, c }) => `\\frac{${a}}{${b}}\\pi${signed(c)}`,
    ({ a, b, c }) => `\\frac{${a}\\pi${signed(b * c)}}{${b}}`,
    ({ a, b, c }) => `${a}π/${b}${signed(c)}`,
  ],
};

/** @type {AnswerType} ln of p^a q^b */
const logarithm = {
  name: 'logarithm',
  draw: (random) => ({
    p: oneOf(random, [2, 3]),
    q: oneOf(random, [5, 7]),
    a: between(random, 1, 4),
    b: between(random, 1, 3),
  }),
  change: (value, random) =>
    oneOf(random, [
      { ...value, a: value.a + 1 },
      { ...value, b: -value.b },
    ]),
  writings: [
    ({ p, q, a, b }) => `${a}\\ln ${p}${signed(b)}\\ln ${q}`,
    ({ p, q, a, b }) => (b > 0 ? `\\ln ${p ** a * q ** b}` : `\\ln\\frac{${p ** a}}{${q ** -b}}`),
    ({ p, q, a, b }) => `\\ln(${p}^${a}\\cdot ${q}^{${b}})`,
    ({ p, q, a, b }) => `\\ln ${p ** a}${signed(b)}\\ln(${q})`,
    ({ p, q, a, b }) => `-\\ln(${p}^{-${a}}\\cdot ${q}^{${-b}})`,
  ],
};

/** @type {AnswerType} log of b^(p/q) to the base b^k */
const logarithmToBase = {
  name: 'logarithm to a base',
  draw: (random) => ({
    b: between(random, 2, 7),
    p: between(random, 1, 4),
    k: between(random, 1, 3),
  }),
  change: ({ b, p, k }) => ({ b, p: p + 1, k }),
  writings: [
    ({ b, p, k }) => `\\log_{${b ** k}} ${b ** p}`,
    ({ b, p, k }) => `\\log_{${b ** k}}\\left(${b ** p}\\right)`,
    ({ p, k }) => `\\frac{${p}}{${k}}`,
    ({ b, p, k }) => `\\frac{\\ln ${b ** p}}{\\ln ${b ** k}}`,
    ({ b, p, k }) => `\\frac{\\log ${b ** p}}{\\log ${b ** k}}`,
    ({ b, p, k }) => `-\\log_{${b ** k}}\\frac{1}{${b ** p}}`,
  ],
};

/** @type {AnswerType} c·e^k */
const exponential = {
  name: 'exponential',
  draw: (random) => ({ c: nonZero(random, 9), k: nonZero(random, 6) }),
  change: ({ c, k }, random) =>
    oneOf(random, [
      { c, k: -k },
      { c: -c, k },
      { c: c * 2, k },
    ]),
  writings: [
    ({ c, k }) => `${c}e^{${k}}`,
    ({ c, k }) => `${c}\\exp(${k})`,
    ({ c, k }) => `\\frac{${c}}{e^{${-k}}}`,
    ({ c, k }) => `${c}e\\cdot e^{${k - 1}}`,
    ({ c, k }) => (c > 0 ? `e^{${k}+\\ln ${c}}` : `-e^{\\ln ${-c}${signed(k)}}`),
  ],
};

const exactSines = new Map([
  [0, ['0', '\\cos 90^\\circ']],
  [15, ['\\frac{\\sqrt6-\\sqrt2}{4}', '\\frac{1}{\\sqrt6+\\sqrt2}']],
  [18, ['\\frac{\\sqrt5-1}{4}', '\\frac{1}{1+\\sqrt5}']],
  [30, ['\\frac12', '0.5']],
  [45, ['\\frac{\\sqrt2}{2}', '\\frac{1}{\\sqrt2}']],
  [54, ['\\frac{1+\\sqrt5}{4}', '\\frac{1}{\\sqrt5-1}']],
  [60, ['\\frac{\\sqrt3}{2}', '\\sqrt{\\frac34}']],
  [75, ['\\frac{\\sqrt6+\\sqrt2}{4}', '\\frac{1}{\\sqrt6-\\sqrt2}']],
  [90, ['1', '\\sin^2 1+\\cos^2 1']],
]);

/** @type {AnswerType} sin of 0° to 90° */
const sine = {
  name: 'trigonometric value',
  draw: (random) => oneOf(random, [...exactSines.keys()]),
  change: (degrees, random) =>
    oneOf(
      random,
      [...exactSines.keys()].filter((other) => other !== degrees),
    ),
  writings: [
    (degrees) => exactSines.get(degrees)[0],
    (degrees) => exactSines.get(degrees)[1],
    (degrees) => `\\sin ${degrees}^\\circ`,
    (degrees) => `\\sin(${degrees}^{\\circ})`,
    (degrees) => `\\cos ${90 - degrees}^\\circ`,
    (degrees) =>
      `\\sin\\left(\\frac{${degrees / divisor(degrees, 180)}\\pi}{${180 / divisor(degrees, 180)}}\\right)`,
    (degrees) => `\\sin(${180 - degrees}^\\circ)`,
    (degrees) => `-\\sin(-${degrees}°)`,
  ],
};

/** @type {AnswerType} a + bi */
const complexNumber = {
  name: 'complex number',
  draw: (random) => ({ a: nonZero(random, 20), b: nonZero(random, 20) }),
  change: ({ a, b }, random) =>
    oneOf(random, [
      { a, b: -b },
      { a: b + 50, b: a },
      { a: near(random, a), b },
    ]),
  writings: [
    ({ a, b }) => `${a}${b < 0 ? '' : '+'}${times(b, 'i')}`,
    ({ a, b }) => `${times(b, 'i')}${signed(a)}`,
    ({ a, b }) => `\\frac{${2 * a}${signed(2 * b)}i}{2}`,
    ({ a, b }) => `i(${b}${signed(-a)}i)`,
    ({ a, b }) => `\\frac{${a * a + b * b}}{${a}${signed(-b)}i}`,
    ({ a, b }) => `\\overline{${a}${signed(-b)}i}`,
    ({ a, b }) => `${a}${b < 0 ? '-' : '+'}\\sqrt{-${b * b}}`,
  ],
};

/** @type {AnswerType} */
const counting = {
  name: 'factorial and binomial',
  draw: (random) => {
    const n = between(random, 4, 12);
    return { n, k: between(random, 2, n - 2) };
  },
  change: ({ n, k }) => ({ n: n + 1, k }),
  writings: [
    ({ n, k }) => `\\binom{${n}}{${k}}`,
    ({ n, k }) => `\\dbinom{${n}}{${n - k}}`,
    ({ n, k }) => `\\frac{${n}!}{${k}!${n - k}!}`,
    ({ n, k }) => `{${n} \\choose ${k}}`,
    ({ n, k }) => {
      let product = 1;
      for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i;
      return `${product}`;
    },
  ],
};

/** @type {AnswerType} Σ k and ∫ x */
const totals = {
  name: 'sum and integral',
  draw: (random) => ({ n: between(random, 2, 20), c: between(random, 1, 9) }),
  change: ({ n, c }) => ({ n: n + 1, c }),
  writings: [
    ({ n, c }) => `${(c * n * (n + 1)) / 2}`,
    ({ n, c }) => `\\sum_{k=1}^{${n}} ${c}k`,
    ({ n, c }) => `${c}\\binom{${n + 1}}{2}`,
    ({ n, c }) => `\\int_0^{${n}} ${c}x\\,dx+\\frac{${c * n}}{2}`,
    ({ n, c }) => `${c}\\int_0^{${n}} (x+\\frac12) dx`,
  ],
};

export const values = [
  radical,
  surd,
  nested,
  power,
  circle,
  logarithm,
  logarithmToBase,
  exponential,
  sine,
  complexNumber,
  counting,
  totals,
];
