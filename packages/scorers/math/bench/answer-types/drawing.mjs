/** @typedef {import('@thinkbits/spec').RandomSource} RandomSource */

/**
 * A kind of answers: a value is drawn, and every way of writing it means that same value. `change` gives another value.
 * @template Value
 * @typedef {object} AnswerType
 * @property {string} name
 * @property {(random: RandomSource) => Value} draw
 * @property {(value: Value, random: RandomSource) => Value} change
 * @property {readonly ((value: Value, random: RandomSource) => string)[]} writings
 */

/** An integer from low to high, both included. @param {RandomSource} random @param {number} low @param {number} high */
export const between = (random, low, high) => low + random.integer(high - low + 1);

/** One of them. @template Item @param {RandomSource} random @param {readonly Item[]} items @returns {Item} */
export const oneOf = (random, items) => items[random.integer(items.length)];

/** An integer from -size to size but 0. @param {RandomSource} random @param {number} size */
export const nonZero = (random, size) => between(random, 1, size) * oneOf(random, [1, -1]);

/** Another integer near by. @param {RandomSource} random @param {number} value */
export const near = (random, value) => value + nonZero(random, 3);

/** @template Item @param {RandomSource} random @param {readonly Item[]} items @returns {Item[]} */
export function shuffled(random, items) {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** @param {number} a @param {number} b @returns {number} */
export const divisor = (a, b) => (b === 0 ? Math.abs(a) : divisor(b, a % b));

/** Distinct integers from low to high, ascending. @param {RandomSource} random @param {number} count @param {number} low @param {number} high */
export function distinct(random, count, low, high) {
  const found = new Set();
  while (found.size < count) found.add(between(random, low, high));
  return [...found].sort((a, b) => a - b);
}

/** `+ 3` or `- 3`, for what is not the first term. @param {number} value */
export const signed = (value) => (value < 0 ? `-${-value}` : `+${value}`);

/** A coefficient before a letter: 1 and -1 lose their figure. @param {number} value @param {string} letter */
export const times = (value, letter) =>
  value === 1 ? letter : value === -1 ? `-${letter}` : `${value}${letter}`;

/** A polynomial from its coefficients, highest first. @param {readonly number[]} coefficients @param {string} letter */
export function polynomial(coefficients, letter = 'x') {
  let text = '';
  coefficients.forEach((coefficient, i) => {
    const degree = coefficients.length - 1 - i;
    if (coefficient === 0) return;
    const power =
      degree === 0
        ? ''
        : degree === 1
          ? letter
          : `${letter}^${degree > 9 ? `{${degree}}` : degree}`;
    const term = degree === 0 ? `${coefficient}` : times(coefficient, power);
    text += text !== '' && coefficient > 0 ? `+${term}` : term;
  });
  return text === '' ? '0' : text;
}
