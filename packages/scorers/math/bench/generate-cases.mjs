import { createRandom } from '@thinkbits/numerics';
import { algebra } from './answer-types/algebra.mjs';
import { numbers } from './answer-types/numbers.mjs';
import { structures } from './answer-types/structures.mjs';
import { values } from './answer-types/values.mjs';

/** Every kind of answers that cases are made of. */
export const answerTypes = [...numbers, ...values, ...algebra, ...structures];

/**
 * Pairs of answers that are the same, or are not, by the way they are made: one value written twice, or two values. Case i
 * depends on the seed alone; types take turns, and of each every second case is one of equal answers.
 *
 * @param {number} count
 * @param {number} seed
 */
export function* generateCases(count, seed) {
  const random = createRandom(seed).fork('math-cases');
  for (let i = 0; i < count; i++) {
    const type = answerTypes[i % answerTypes.length];
    const equal = Math.trunc(i / answerTypes.length) % 2 === 0;
    const own = random.fork(`${i}`);
    const value = type.draw(own);
    const [first, second] = [own, own].map(() => type.writings[own.integer(type.writings.length)]);
    const other = equal ? value : type.change(value, own);
    yield {
      id: i,
      type: type.name,
      gold: first(value, own),
      prediction: second(other, own),
      equal,
    };
  }
}
