import {
  between,
  divisor,
  near,
  nonZero,
  oneOf,
  polynomial,
  shuffled,
  signed,
  times,
} from './drawing.mjs';

/** @typedef {import('./drawing.mjs').AnswerType<any>} AnswerType */

const factor = (root) => (root === 0 ? 'x' : `(x${signed(-root)})`);

/** @type {AnswerType} c (x - p)(x - q) */
const quadratic = {
  name: 'polynomial',
  draw: (random) => ({ c: nonZero(random, 4), p: between(random, -9, 9), q: nonZero(random, 9) }),
  change: ({ c, p, q }, random) =>
    oneOf(random, [
      { c: -c, p, q },
      { c, p: p + 1, q },
      { c: c > 0 ? c + 1 : c - 1, p, q },
    ]),
  writings: [
    ({ c, p, q }) => polynomial([c, -c * (p + q), c * p * q]),
    ({ c, p, q }, random) => `${times(c, '')}${shuffled(random, [factor(p), factor(q)]).join('')}`,
    ({ c, p, q }) => `${c}\\left(${polynomial([1, -(p + q), p * q])}\\right)`,
    ({ c, p, q }) =>
      `${polynomial([-c * (p + q), c * p * q])}${c < 0 ? '' : '+'}${times(c, 'x^2')}`,
    ({ c, p, q }) => `${c}x(x${signed(-p - q)})${signed(c * p * q)}`,
    ({ c, p, q }) => `f(x)=${polynomial([c, -c * (p + q), c * p * q])}`,
    ({ c, p, q }) => `\\frac{${polynomial([2 * c, -2 * c * (p + q), 2 * c * p * q])}}{2}`,
  ],
};

/** @type {AnswerType} a/(x - p) + b/(x - q) */
const rationalExpression = {
  name: 'rational expression',
  draw: (random) => ({
    a: nonZero(random, 6),
    b: nonZero(random, 6),
    p: between(random, 1, 6),
    q: between(random, -6, -1),
  }),
  change: (value, random) =>
    oneOf(random, [
      { ...value, a: -value.a },
      { ...value, b: value.b + 7 },
      { ...value, p: value.p + 1 },
    ]),
  writings: [
    ({ a, b, p, q }) => `\\frac{${a}}{x${signed(-p)}}+\\frac{${b}}{x${signed(-q)}}`,
    ({ a, b, p, q }) =>
      `\\frac{${polynomial([a + b, -a * q - b * p])}}{(x${signed(-p)})(x${signed(-q)})}`,
    ({ a, b, p, q }) =>
      `\\frac{${polynomial([a + b, -a * q - b * p])}}{${polynomial([1, -p - q, p * q])}}`,
    ({ a, b, p, q }) =>
      `\\frac{${a}(x${signed(-q)})+${b < 0 ? `(${b})` : b}(x${signed(-p)})}{(x${signed(-p)})(x${signed(-q)})}`,
    ({ a, b, p, q }) => `\\frac{${-a}}{${p}-x}+${b < 0 ? `(${b})` : b}(x${signed(-q)})^{-1}`,
  ],
};

/** @type {AnswerType} ax + by = c */
const line = {
  name: 'linear equation',
  draw: (random) => ({ a: nonZero(random, 9), b: nonZero(random, 9), c: between(random, -9, 9) }),
  change: ({ a, b, c }, random) =>
    oneOf(random, [
      { a: -a, b, c: c || 1 },
      { a, b, c: c + 1 },
      { a, b: b + 10, c: c || 2 },
    ]),
  writings: [
    ({ a, b, c }) => `${times(a, 'x')}${b < 0 ? '' : '+'}${times(b, 'y')}=${c}`,
    ({ a, b, c }) => `${c}=${times(b, 'y')}${a < 0 ? '' : '+'}${times(a, 'x')}`,
    ({ a, b, c }) => `${times(-2 * a, 'x')}${signed(-2 * b)}y${signed(2 * c)}=0`,
    ({ a, b, c }) => `y=\\frac{${c}${signed(-a)}x}{${b}}`,
    ({ a, b, c }) => `y=\\frac{${-a}}{${b}}x+\\frac{${c}}{${b}}`,
    ({ a, b, c }) => `${times(3 * a, 'x')}=${3 * c}${signed(-3 * b)}y`,
    ({ a, b, c }) => `x=\\frac{${c}${signed(-b)}y}{${a}}`,
  ],
};

/** @type {AnswerType} (x - p)² + (y - q)² = r² */
const circleEquation = {
  name: 'equation of a circle',
  draw: (random) => ({ p: nonZero(random, 7), q: nonZero(random, 7), r: between(random, 1, 9) }),
  change: ({ p, q, r }, random) =>
    oneOf(random, [
      { p: p > 0 ? p + 1 : p - 1, q, r },
      { p, q, r: r + 1 },
    ]),
  writings: [
    ({ p, q, r }) => `(x${signed(-p)})^2+(y${signed(-q)})^2=${r * r}`,
    ({ p, q, r }) => `${r * r}=(y${signed(-q)})^2+(x${signed(-p)})^2`,
    ({ p, q, r }) =>
      `x^2+y^2${signed(-2 * p)}x${signed(-2 * q)}y${signed(p * p + q * q - r * r)}=0`,
    ({ p, q, r }) => `\\frac{(x${signed(-p)})^2}{${r * r}}+\\frac{(y${signed(-q)})^2}{${r * r}}=1`,
  ],
};

/** @type {AnswerType} x = a, y = b */
const system = {
  name: 'system',
  draw: (random) => ({ x: between(random, -20, 20), y: between(random, -20, 20) }),
  change: ({ x, y }, random) =>
    oneOf(random, [
      { x: x + 1, y },
      { x, y: y - 1 },
    ]),
  writings: [
    ({ x, y }) => `x=${x}, y=${y}`,
    ({ x, y }) => `y=${y}, x=${x}`,
    ({ x, y }) => `x=${x}\\text{ and }y=${y}`,
    ({ x, y }) => `(${x}, ${y})`,
    ({ x, y }) => `(x,y)=(${x},${y})`,
  ],
};

/** @type {AnswerType} (p ± √d) / r */
const roots = {
  name: 'plus or minus',
  draw: (random) => ({
    p: nonZero(random, 9),
    d: oneOf(random, [2, 3, 5, 7, 13]),
    r: between(random, 1, 5),
  }),
  change: ({ p, d, r }, random) =>
    oneOf(random, [
      { p: -p, d, r },
      { p, d: d + 19, r },
      { p: p + r, d, r },
    ]),
  writings: [
    ({ p, d, r }) => `\\frac{${p}\\pm\\sqrt{${d}}}{${r}}`,
    ({ p, d, r }) => `\\frac{${p}+\\sqrt{${d}}}{${r}}, \\frac{${p}-\\sqrt{${d}}}{${r}}`,
    ({ p, d, r }) => `\\frac{${p}-\\sqrt{${d}}}{${r}}\\text{ and }\\frac{${p}+\\sqrt{${d}}}{${r}}`,
    ({ p, d, r }) => `x=\\frac{${p}\\pm\\sqrt{${d}}}{${r}}`,
    ({ p, d, r }) => `\\left\\{\\frac{${p}\\mp\\sqrt{${d}}}{${r}}\\right\\}`,
    ({ p, d, r }) =>
      `x=\\frac{${p}+\\sqrt{${d}}}{${r}}\\text{ or }x=\\frac{${p}-\\sqrt{${d}}}{${r}}`,
    ({ p, d, r }) => `\\frac{${p}}{${r}}\\pm\\frac{\\sqrt{${d}}}{${r}}`,
  ],
};

/** @type {AnswerType} a sin 2x + b */
const trigonometric = {
  name: 'trigonometric expression',
  draw: (random) => ({ a: nonZero(random, 6), b: between(random, -4, 4) }),
  change: ({ a, b }, random) =>
    oneOf(random, [
      { a: -a, b },
      { a, b: b + 1 },
      { a: a * 2, b },
    ]),
  writings: [
    ({ a, b }) => `${a}\\sin 2x${signed(b)}`,
    ({ a, b }) => `${2 * a}\\sin x\\cos x${signed(b)}`,
    ({ a, b }) => `${b}${signed(a)}\\sin(2x)`,
    ({ a, b }) => `${a}(\\sin x+\\cos x)^2${signed(b - a)}`,
    ({ a, b }) => `${2 * a}\\cos(x)\\sin(x)${signed(b)}(\\sin^2x+\\cos^2x)`,
    ({ a, b }) => `${-a}\\cos(2x+\\frac{\\pi}{2})${signed(b)}`,
  ],
};

/** @type {AnswerType} c·b^(n + k) */
const sequence = {
  name: 'general term',
  draw: (random) => ({
    c: between(random, 1, 9),
    b: between(random, 2, 5),
    k: between(random, -2, 2),
  }),
  change: ({ c, b, k }, random) =>
    oneOf(random, [
      { c, b, k: k + 1 },
      { c: c + 1, b, k },
    ]),
  writings: [
    ({ c, b, k }) => `${c}\\cdot ${b}^{n${k === 0 ? '' : signed(k)}}`,
    ({ c, b, k }) => `a_n=${c}\\cdot ${b}^{n${k === 0 ? '' : signed(k)}}`,
    ({ c, b, k }) => `${c * b}\\cdot ${b}^{n${signed(k - 1)}}`,
    ({ c, b, k }) =>
      k < 0 ? `\\frac{${c}\\cdot ${b}^n}{${b ** -k}}` : `${c * b ** k}\\cdot ${b}^n`,
  ],
};

/** @type {AnswerType} a : b */
const ratio = {
  name: 'ratio',
  draw: (random) => {
    const [a, b] = [between(random, 2, 9), between(random, 2, 9)];
    const common = divisor(a, b);
    return { a: a / common, b: b / common };
  },
  change: ({ a, b }, random) =>
    oneOf(random, [
      a === b ? { a, b: b + 1 } : { a: b, b: a },
      { a: a + b, b },
      { a: near(random, a) + 20, b },
    ]),
  writings: [
    ({ a, b }) => `${a}:${b}`,
    ({ a, b }) => `${a} : ${b}`,
    ({ a, b }) => `${3 * a}:${3 * b}`,
    ({ a, b }) => `${a}\\text{ to }${b}`,
    ({ a, b }) => `\\frac{${a}}{${b}}`,
  ],
};

export const algebra = [
  quadratic,
  rationalExpression,
  line,
  circleEquation,
  system,
  roots,
  trigonometric,
  sequence,
  ratio,
];
