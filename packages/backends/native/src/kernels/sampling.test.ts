import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { createRandom } from '@thinkbits/numerics';
import { sampleToken, sampleTokens, type TokenChoice } from '@thinkbits/ops';
import { greedy } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { describeEachSet } from '../__fixtures__/describe-each-set.js';

const random = createRandom(11).fork('sampling');

/** Any choice: each limit is there for some of them. */
function anyChoice(): TokenChoice {
  const temperature = random.next() < 0.2 ? 0 : 0.3 + random.next();
  const topP = random.next() < 0.5 ? 1 : random.next();
  const topK = random.next() < 0.7 ? 0 : 1 + random.integer(60);
  const minP = random.next() < 0.7 ? 0 : 0.2 * random.next();
  return { sampling: { ...greedy, temperature, topP, topK, minP }, draw: random.next() };
}

describeEachSet('choosing tokens', () => {
  it.each([
    [1, 1],
    [3, 5],
    [40, 997],
    [5, 49_152],
  ])('chooses what sampleToken chooses: %d rows of %d', (rows, vocabulary) => {
    const before = memory().numTensors;
    const rounds = Math.ceil(Math.min(200, 400_000 / vocabulary) / rows);
    for (let round = 0; round < rounds; round++) {
      const spread = [0, 1, 4, 20][round % 4] as number;
      const values = Float32Array.from({ length: rows * vocabulary }, () => {
        const odd = random.next();
        if (round % 5 === 3 && odd < 0.1) return odd < 0.05 ? Number.NaN : Number.NEGATIVE_INFINITY;
        return spread * random.normal();
      });
      for (let row = 0; row < rows; row++) values[row * vocabulary] = spread;
      const choices = Array.from({ length: rows }, anyChoice);
      const logits = tensor2d(values, [rows, vocabulary]);
      const expected = choices.map((choice, row) =>
        sampleToken(values.subarray(row * vocabulary, (row + 1) * vocabulary), choice),
      );
      expect([...sampleTokens(logits, choices)]).toEqual(expected);
      logits.dispose();
    }
    expect(memory().numTensors).toBe(before);
  });
});
