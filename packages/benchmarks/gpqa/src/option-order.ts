import { createPythonRandom, createRandom } from '@thinkbits/numerics';
import type { GpqaOptions } from './options.js';

/** Which option stands at A, B, C and D: 0 is the right one, 1 to 3 are the wrong ones as the data have them. */
export type OptionOrder = readonly number[];

/** The question whose options are put in order. */
export interface OrderedQuestion {
  readonly recordId: string;
  /** Its row, from 0: the generators of other programs draw row by row. */
  readonly index: number;
}

/** The right option at `place`, 0 to 3, the wrong ones in their order around it. */
const rightAt = (place: number): OptionOrder => [1, 2, 3].toSpliced(place, 0, 0);

/** lighteval 0.8: `random.randint(0, 3)` for each row in turn. */
function lightevalOrder(seed: number, index: number): OptionOrder {
  const random = createPythonRandom(seed);
  let place = random.below(4);
  for (let row = 0; row < index; row++) place = random.below(4);
  return rightAt(place);
}

/** simple-evals: `random.sample(range(4), 4)` for each row in turn. */
function simpleEvalsOrder(seed: number, index: number): OptionOrder {
  const random = createPythonRandom(seed);
  let order: number[] = [];
  for (let row = 0; row <= index; row++) {
    const pool = [0, 1, 2, 3];
    order = [4, 3, 2, 1].map((left) => {
      const at = random.below(left);
      const drawn = pool[at] as number;
      pool[at] = pool[left - 1] as number;
      return drawn;
    });
  }
  return order;
}

/**
 * The order of a question's options: a function of seed and record id alone unless another program is followed, and so the
 * same for every variant of a model.
 * @param seed of the run
 */
export function optionOrder(
  { recordId, index }: OrderedQuestion,
  { optionOrder: how = 'seeded', orderSeed }: GpqaOptions,
  seed: number,
): OptionOrder {
  switch (how) {
    case 'seeded':
      return rightAt(
        createRandom(orderSeed ?? seed)
          .fork(`gpqa ${recordId}`)
          .integer(4),
      );
    case 'lighteval':
      return lightevalOrder(orderSeed ?? 1234, index);
    case 'simple-evals':
      return simpleEvalsOrder(orderSeed ?? 0, index);
  }
}
