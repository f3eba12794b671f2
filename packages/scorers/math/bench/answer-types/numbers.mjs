import { between, divisor, near, nonZero, oneOf } from './drawing.mjs';

/** @typedef {import('./drawing.mjs').AnswerType<any>} AnswerType */

const group = (n, separator) => `${n}`.replaceAll(/\B(?=(\d{3})+(?!\d))/g, separator);

/** A decimal of value / 10^places, exactly. */
export function decimal(value, places) {
  const digits = `${Math.abs(value)}`.padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  return `${value < 0 ? '-' : ''}${whole}${places > 0 ? `.${digits.slice(-places)}` : ''}`;
}

/** @type {AnswerType} */
const integer = {
  name: 'integer',
  draw: (random) => nonZero(random, 9_999_999),
  change: (n, random) => oneOf(random, [near(random, n) || 7, n * 10, n + 1000]),
  writings: [
    (n) => `${n}`,
    (n) => `$${n}$`,
    (n) => `${n}.0`,
    (n) => group(n, ','),
    (n) => group(n, '{,}'),
    (n) => group(n, ',\\!'),
    (n) => group(n, '\\,'),
    (n) => `\\boxed{${n}}`,
    (n) => `x = ${n}`,
    (n) => `\\mathbf{${n}}`,
    (n) => `\\frac{${3 * n}}{3}`,
    (n) => `${n - 1}+1`,
  ],
};

/** @type {AnswerType} */
const decimals = {
  name: 'decimal',
  draw: (random) => ({ value: nonZero(random, 99_999), places: between(random, 1, 4) }),
  change: ({ value, places }, random) =>
    oneOf(random, [
      { value: value + 1, places },
      { value, places: places + 1 },
      { value: -value, places },
    ]),
  writings: [
    ({ value, places }) => decimal(value, places),
    ({ value, places }) => `${decimal(value, places)}00`,
    ({ value, places }) => decimal(value, places).replace(/^(-?)0\./, '$1.'),
    ({ value, places }) => `\\frac{${value}}{${10 ** places}}`,
    ({ value, places }) => `${value}/${10 ** places}`,
    ({ value, places }) => `${value}\\times 10^{-${places}}`,
    ({ value, places }) => `\\approx ${decimal(value, places)}`,
    ({ value, places }) => `${value}e-${places}`,
  ],
};

const lowest = ({ a, b }) => {
  const common = divisor(a, b);
  return { a: a / common, b: b / common };
};

/** @type {AnswerType} */
const fraction = {
  name: 'fraction',
  draw: (random) => lowest({ a: nonZero(random, 99), b: between(random, 2, 60) }),
  change: ({ a, b }, random) =>
    oneOf(random, [
      { a: a + b, b },
      { a: -a, b },
      { a, b: b + 1 },
      a * a === b * b ? { a: a + b, b } : { a: a < 0 ? -b : b, b: Math.abs(a) },
    ]),
  writings: [
    ({ a, b }) => `\\frac{${a}}{${b}}`,
    ({ a, b }) => `\\dfrac{${a}}{${b}}`,
    ({ a, b }) => `${a < 0 ? '-' : ''}\\frac{${Math.abs(a)}}{${b}}`,
    ({ a, b }) => `${a}/${b}`,
    ({ a, b }, random) => {
      const k = between(random, 2, 9);
      return `\\frac{${k * a}}{${k * b}}`;
    },
    ({ a, b }) => `\\frac{${-a}}{${-b}}`,
    ({ a, b }) => `\\left(${a}\\right) \\div ${b}`,
    ({ a, b }) => `${a}\\cdot\\frac{1}{${b}}`,
    ({ a, b }) => `${a}\\cdot ${b}^{-1}`,
    ({ a, b }) => `\\frac{${a}/2}{${b}/2}`,
  ],
};

/** @type {AnswerType} */
const mixed = {
  name: 'mixed number',
  draw: (random) => {
    const { a, b } = lowest({ a: between(random, 1, 11), b: 12 });
    return { whole: between(random, 1, 40), a, b, sign: oneOf(random, ['', '-']) };
  },
  change: (value, random) =>
    oneOf(random, [
      { ...value, whole: value.whole + 1 },
      { ...value, sign: value.sign === '' ? '-' : '' },
      { ...value, a: value.a + value.b },
    ]),
  writings: [
    ({ whole, a, b, sign }) =>
      a > b ? `${sign}\\frac{${whole * b + a}}{${b}}` : `${sign}${whole}\\frac{${a}}{${b}}`,
    ({ whole, a, b, sign }) =>
      a > b ? `${sign}${whole * b + a}/${b}` : `${sign}${whole} ${a}/${b}`,
    ({ whole, a, b, sign }) => `${sign}\\frac{${whole * b + a}}{${b}}`,
    ({ whole, a, b, sign }) => `${sign}(${whole}+\\frac{${a}}{${b}})`,
    ({ whole, a, b, sign }) => `${sign}${whole * b + a}/${b}`,
  ],
};

/** @type {AnswerType} */
const percentage = {
  name: 'percentage',
  // Above 1 %, in tenths of a per cent.
  draw: (random) => between(random, 15, 2000),
  change: (tenths, random) => tenths + between(random, 1, 9),
  writings: [
    (tenths) => `${decimal(tenths, 1)}\\%`,
    (tenths) => `${decimal(tenths, 1)}%`,
    (tenths) => `${decimal(tenths, 1)} percent`,
    (tenths) => `${decimal(tenths, 1)}\\text{ percent}`,
    (tenths) => decimal(tenths, 3),
    (tenths) => `\\frac{${tenths}}{1000}`,
    (tenths) => `\\frac{${tenths}}{10}\\%`,
  ],
};

/** @type {AnswerType} */
const money = {
  name: 'money',
  draw: (random) => between(random, 101, 999_999),
  change: (cents, random) => cents + between(random, 1, 5000),
  writings: [
    (cents) => `\\$${decimal(cents, 2)}`,
    (cents) => `$${decimal(cents, 2)}`,
    (cents) => `\\$${group(Math.trunc(cents / 100), ',')}.${decimal(cents % 100, 2).slice(2)}`,
    (cents) => decimal(cents, 2),
    (cents) => `${decimal(cents, 2)}\\text{ dollars}`,
    (cents) => `${decimal(cents, 2)} dollars`,
    (cents) => `USD ${decimal(cents, 2)}`,
  ],
};

/** @type {AnswerType} */
const scientific = {
  name: 'scientific notation',
  draw: (random) => ({ m: between(random, 11, 99), e: between(random, -8, 12) }),
  change: ({ m, e }, random) =>
    oneOf(random, [
      { m, e: e + 1 },
      { m: m + 1, e },
      { m, e: e - 1 },
    ]),
  writings: [
    ({ m, e }) => `${decimal(m, 1)}\\times 10^{${e}}`,
    ({ m, e }) => `${decimal(m, 1)} \\cdot 10^{${e}}`,
    ({ m, e }) => `${decimal(m, 1)}e${e}`,
    ({ m, e }) => `${m}\\times10^{${e - 1}}`,
    ({ m, e }) => `${decimal(m, 1)} x 10^${e < 0 ? `{${e}}` : `{${e}}`}`,
    ({ m, e }) => (e >= 1 ? `${m}${'0'.repeat(e - 1)}` : decimal(m, 1 - e)),
    ({ m, e }) => (e >= 1 ? `${m}E${e - 1}` : `\\frac{${m}}{10^{${1 - e}}}`),
  ],
};

/** @type {AnswerType} */
const length = {
  name: 'unit',
  draw: (random) => between(random, 2, 900) * 10,
  change: (cm, random) => cm + nonZero(random, 1) * between(random, 1, 9),
  writings: [
    (cm) => `${cm}\\text{ cm}`,
    (cm) => `${cm}\\,\\mathrm{cm}`,
    (cm) => `${cm} cm`,
    (cm) => `${cm} centimeters`,
    (cm) => `${decimal(cm, 2)}\\text{ m}`,
    (cm) => `${cm * 10}\\text{ mm}`,
    (cm) => `${decimal(cm, 2)} metres`,
  ],
};

/** @type {AnswerType} */
const angle = {
  name: 'degrees',
  draw: (random) => between(random, 1, 359),
  change: (degrees, random) => degrees + nonZero(random, 1) * between(random, 1, 30),
  writings: [
    (degrees) => `${degrees}^\\circ`,
    (degrees) => `${degrees}^{\\circ}`,
    (degrees) => `${degrees}°`,
    (degrees) => `${degrees}\\text{ degrees}`,
    (degrees) => `${degrees} degrees`,
    (degrees) => `\\theta = ${degrees}^\\circ`,
  ],
};

/** @type {AnswerType} */
const repeating = {
  name: 'repeating decimal',
  draw: (random) => {
    const period = between(random, 1, 98);
    return { whole: between(random, 0, 9), period: period % 11 === 0 ? period + 1 : period };
  },
  change: ({ whole, period }, random) =>
    oneOf(random, [
      { whole: whole + 1, period },
      { whole, period: period === 50 ? 51 : 99 - period },
    ]),
  writings: [
    ({ whole, period }) => `${whole}.\\overline{${`${period}`.padStart(2, '0')}}`,
    ({ whole, period }) => `\\frac{${whole * 99 + period}}{99}`,
    ({ whole, period }) => `${whole}+\\frac{${period}}{99}`,
    ({ whole, period }) => `${whole}.${`${period}`.padStart(2, '0').repeat(3)}\\ldots`,
  ],
};

export const numbers = [
  integer,
  decimals,
  fraction,
  mixed,
  percentage,
  money,
  scientific,
  length,
  angle,
  repeating,
];
