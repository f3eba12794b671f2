import { createRandom } from '@thinkbits/numerics';
import { greedy, type Sampling } from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import { sampleToken } from './sample-token.js';

const logits = Float32Array.from([0.5, 2, -1, 1.5, 2, -4, 0]);

function softmax(temperature: number): number[] {
  const weights = [...logits].map((logit) => Math.exp(logit / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** How often each id is drawn. */
function frequencies(sampling: Partial<Sampling>, draws = 40_000): number[] {
  const random = createRandom(5).fork(JSON.stringify(sampling));
  const counts = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < draws; i++) {
    const choice = { ...greedy, temperature: 1, ...sampling };
    const id = sampleToken(logits, { sampling: choice, draw: random.next() });
    counts[id] = (counts[id] as number) + 1;
  }
  return counts.map((count) => count / draws);
}

function expectClose(actual: number[], expected: number[]): void {
  actual.forEach((share, id) => {
    expect(Math.abs(share - (expected[id] as number))).toBeLessThan(0.012);
  });
}

/** Shares of a subset, renormalized. */
function only(ids: number[], shares: number[]): number[] {
  const total = ids.reduce((sum, id) => sum + (shares[id] as number), 0);
  return shares.map((share, id) => (ids.includes(id) ? share / total : 0));
}

describe('sampleToken', () => {
  it('greedy takes the first of equal maxima, whatever the draw', () => {
    expect(sampleToken(logits, { sampling: greedy, draw: 0.99 })).toBe(1);
  });

  it('follows the softmax at a temperature', () => {
    expectClose(frequencies({}), softmax(1));
    expectClose(frequencies({ temperature: 0.5 }), softmax(0.5));
  });

  it('top-k keeps the k likeliest, the lower id first on a tie', () => {
    expectClose(frequencies({ topK: 3 }), only([1, 4, 3], softmax(1)));
    expectClose(frequencies({ topK: 1 }), only([1], softmax(1)));
  });

  it('top-p keeps the smallest set that reaches the share', () => {
    const shares = softmax(1); // sorted: 1, 4 (0.33 each), 3 (0.20), 0 (0.07), 6, 2, 5
    expect((shares[1] as number) + (shares[4] as number)).toBeLessThan(0.7);
    expectClose(frequencies({ topP: 0.7 }), only([1, 4, 3], shares));
    expectClose(frequencies({ topP: 0.2 }), only([1], shares));
  });

  it('top-p counts within what top-k left over', () => {
    // Among 1, 4, 3 the first two hold 0.77 of the weight.
    expectClose(frequencies({ topK: 3, topP: 0.75 }), only([1, 4], softmax(1)));
  });

  it('min-p drops what is less likely than a share of the likeliest', () => {
    // e^(1.5 - 2) = 0.61, e^(0.5 - 2) = 0.22, e^(0 - 2) = 0.14
    expectClose(frequencies({ minP: 0.2 }), only([1, 4, 3, 0], softmax(1)));
  });

  it('a wide vocabulary and a share near 1 lose nothing', () => {
    const flat = new Float32Array(5000);
    const random = createRandom(9);
    const seen = new Set(
      Array.from({ length: 3000 }, () =>
        sampleToken(flat, {
          sampling: { ...greedy, temperature: 1, topP: 0.999 },
          draw: random.next(),
        }),
      ),
    );
    expect(seen.size).toBeGreaterThan(2000);
    expect(Math.max(...seen)).toBeLessThan(5000);
  });
});
