import { selectBackend } from '@thinkbits/inference';
import { createRandom } from '@thinkbits/numerics';
import { rtn } from '@thinkbits/quantizer-rtn';
import { type QuantizedWeight, type Rounder, resolveSchemes } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { tinyFolder } from '../__fixtures__/directories.js';
import { tinyInfo } from '../__fixtures__/tiny-model.js';
import { readRecipe } from '../read-recipe.js';
import { layerUnits } from './layer-unit.js';
import { type RoundingWork, roundGroup } from './round-group.js';

/** Rounds to nearest, then marks each code of a linear with a draw of its own. */
const drawing: Rounder = {
  ...rtn(),
  id: 'drawing',
  open(targets, context) {
    const session = rtn().open(targets, context);
    return {
      dispose: session.dispose,
      async finish(weights) {
        const rounded = await session.finish(weights);
        for (const [index, { weight }] of rounded.entries()) {
          const name = targets[index]?.linear.name as string;
          weight.codes[0] = context.random.fork(name).integer(16);
        }
        return rounded;
      },
    };
  },
};

it('gives equal codes in any order of layers, groups and linears', async () => {
  await selectBackend({ name: 'cpu' });
  const { checkpoint } = await tinyFolder();
  const model = tinyInfo();
  const work: RoundingWork = {
    model,
    checkpoint,
    schemes: resolveSchemes(model, readRecipe({ weights: { bits: 4, group: 16 } })).linears,
    rounder: drawing,
    random: createRandom(0),
    walk: undefined,
    onLayerFailure: 'throw',
    signal: undefined,
    emit: () => {},
  };
  const round = async (reversed: boolean) => {
    const order = <T>(items: readonly T[]) => (reversed ? items.toReversed() : items);
    const codes = new Map<string, QuantizedWeight>();
    for (const { groups } of order(layerUnits(model)))
      for (const group of order(groups))
        for (const { name, weight } of await roundGroup(order(group), work))
          codes.set(name, weight);
    return [...codes].sort(([a], [b]) => (a < b ? -1 : 1));
  };
  const [forth, back] = [await round(false), await round(true)];
  expect(forth).toHaveLength(14);
  expect(back).toEqual(forth);
});
