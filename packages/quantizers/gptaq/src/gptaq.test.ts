import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { createRandom, dequantizeWeight } from '@thinkbits/numerics';
import { completeWeightScheme, type StageContext } from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { type GptaqOptions, gptaq } from './index.js';

const [rows, columns, tokens] = [8, 40, 128];

/** Correlated inputs of a float model, the same with the errors of earlier layers, and a weight. */
function problem(name: string) {
  const random = createRandom(name);
  const draw = (size: number) => Float32Array.from({ length: size }, () => random.normal());
  const shared = draw(tokens);
  const float = draw(tokens * columns).map((x, i) => x + 2 * shared[Math.floor(i / columns)]!);
  const noise = draw(tokens);
  const input = float.map((x, i) => 0.9 * x + 0.3 * noise[Math.floor(i / columns)]!);
  return { float, input, weight: draw(rows * columns) };
}

/** Rounds to 3 bits; `float` may be left out to be the inputs themselves. */
async function round(
  options: GptaqOptions,
  given: { input: Float32Array; float?: Float32Array; weight: Float32Array },
) {
  const weight = tf.tensor2d(given.weight, [rows, columns]);
  const input = tf.tensor2d(given.input, [tokens, columns]);
  const floatInput = tf.tensor2d(given.float ?? given.input, [tokens, columns]);
  const { weight: rounded } = await gptaq({ bits: 3, group: 20, ...options }).round(weight, [
    { input, floatInput },
  ]);
  tf.dispose([weight, input, floatInput]);
  return rounded;
}

/** ‖X̃Wᵀ - XŴᵀ‖². */
function distance(
  { float, input, weight }: ReturnType<typeof problem>,
  rounded: Float32Array,
): number {
  let sum = 0;
  for (let token = 0; token < input.length; token += columns) {
    for (let row = 0; row < weight.length; row += columns) {
      let error = 0;
      for (let i = 0; i < columns; i++) {
        error += float[token + i]! * weight[row + i]! - input[token + i]! * rounded[row + i]!;
      }
      sum += error ** 2;
    }
  }
  return sum;
}

describe('gptaq', () => {
  test('is GPTQ where both inputs are equal: the example of methods.md §6', async () => {
    const weight = tf.tensor2d([
      [0.43, -0.27, 0.18, 0.61],
      [-0.35, 0.52, -0.41, 0.12],
    ]);
    const inputs = [
      [1, 0.9, -0.2, 0.1],
      [0.8, 0.7, 0.3, 0.2],
      [-1.2, -1, 0.5, -0.4],
      [0.4, 0.5, -0.6, 1],
      [1.5, 1.4, 0.2, 0.6],
      [-0.7, -0.9, 0.1, 0.3],
    ].map((row) => tf.tensor2d([row]));
    const { weight: rounded } = await gptaq({ bits: 3, group: 2, alpha: 1 }).round(
      weight,
      inputs.map((input) => ({ input, floatInput: input })),
    );
    tf.dispose([weight, ...inputs]);
    const expected = [0.4, -0.2, 0.174286, 0.61, -0.372857, 0.497143, -0.378571, 0.151429];
    for (const [i, value] of dequantizeWeight(rounded).entries()) {
      expect(value).toBeCloseTo(expected[i]!, 6);
    }
  });

  test('is GPTQ where both inputs are equal, and where no drift is made up for', async () => {
    const { input, weight, float } = problem('equal');
    const gptq = await round({ alpha: 0 }, { input, weight });
    expect(await round({ alpha: 1 }, { input, weight })).toEqual(gptq);
    expect(await round({ alpha: 0 }, { input, weight, float })).toEqual(gptq);
    expect(await round({ alpha: 1 }, { input, weight, float })).not.toEqual(gptq);
  });

  test('comes closer to what the float model puts out than GPTQ, at every seed', async () => {
    for (const seed of ['a', 'b', 'c', 'd', 'e']) {
      const given = problem(seed);
      const at = async (alpha: number) =>
        distance(given, dequantizeWeight(await round({ alpha }, given)));
      const gptq = await at(0);
      expect(await at(0.25), `${seed}, the default share`).toBeLessThan(0.95 * gptq);
      expect(await at(1), `${seed}, all of it`).toBeLessThan(0.9 * gptq);
    }
  });

  test('needs the inputs of the float model', async () => {
    const linear = { name: 'q_proj', out: 2, in: 2, bias: false };
    const scheme = completeWeightScheme({ bits: 4 });
    const session = gptaq().open([{ linear, scheme }], {} as StageContext);
    const [input, weight] = [tf.tensor2d([[1, 2]]), tf.eye(2)];
    await expect(session.observe?.(input)).rejects.toMatchObject({
      code: 'gptaq/no-float-inputs',
    });
    await expect(session.finish([weight])).rejects.toMatchObject({ code: 'gptaq/no-inputs' });
    session.dispose();
    tf.dispose([input, weight]);
  });

  test('completes its options', () => {
    expect(gptaq().options).toEqual({
      actOrder: true,
      staticGroups: true,
      clipSearch: false,
      damping: 0.01,
      dampingIncrement: 0.0015,
      blockSize: 128,
      alpha: 0.25,
    });
    expect(() => gptaq({ alpha: 2 })).toThrow('gptaq: alpha is 2');
  });
});
