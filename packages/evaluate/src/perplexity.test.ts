import { describe, expect, it } from 'vitest';
import { perplexity, perplexityOfTraces } from './index.js';

/** The loss of an id is the id itself, plus a hundredth for each id of context that it sees. */
const model = {
  async negativeLogLikelihood(ids: Int32Array) {
    return Float32Array.from(ids.subarray(1), (id, t) => id + (t + 1) / 100);
  },
};
const ids = Int32Array.from([5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1]);

describe('perplexity', () => {
  it('cuts disjoint windows, drops the tail and scores nothing across windows', async () => {
    // windows [5 1 2 3] and [4 5 6 7]; [8 9 1] is dropped. Losses 1.01 2.02 3.03, 5.01 6.02 7.03; mean 24.12 / 6
    const result = await perplexity(model, ids, { window: 4, textHash: 'abc' });
    expect(result).toEqual({
      perplexity: expect.closeTo(Math.exp(4.02), 3),
      nll_per_token: expect.closeTo(4.02, 5),
      windows: 2,
      tokens: 6,
      window: 4,
      text_hash: 'abc',
    });
  });

  it('scores every id but the first once with a stride', async () => {
    // windows from 0, 2, 4, 6 and 8, the last of 3 ids; new ids: 4, 2, 2, 2, 1.
    // Losses 1.01 2.02 3.03 | 4.02 5.03 | 6.02 7.03 | 8.02 9.03 | 1.02; sum 46.23
    const result = await perplexity(model, ids, { window: 4, stride: 2 });
    expect(result).toMatchObject({ windows: 5, tokens: 10, text_hash: null });
    expect(result.nll_per_token).toBeCloseTo(4.623, 5);
  });

  it('takes a text shorter than the window as one, with a stride', async () => {
    const result = await perplexity(model, ids.subarray(0, 3), { window: 8, stride: 4 });
    expect(result).toMatchObject({ windows: 1, tokens: 2 });
    expect(result.nll_per_token).toBeCloseTo(3.03 / 2, 5);
  });

  it('stops after `limit` windows', async () => {
    const result = await perplexity(model, ids, { window: 4, limit: 1 });
    expect(result).toMatchObject({ windows: 1, tokens: 3 });
    expect(result.nll_per_token).toBeCloseTo(2.02, 5);
  });

  it('adds in float64', async () => {
    // In float32, adding 0.1 three million times is off by several percent.
    const constant = {
      negativeLogLikelihood: async (part: Int32Array) =>
        new Float32Array(part.length - 1).fill(0.1),
    };
    const result = await perplexity(constant, new Int32Array(3_000_000), { window: 1_000_000 });
    expect(result.nll_per_token).toBeCloseTo(Math.fround(0.1), 9);
  });

  it('tells how far it is', async () => {
    const events = [];
    for await (const event of perplexity(model, ids, { window: 4 })) events.push(event);
    expect(events).toEqual([
      { type: 'plan', label: 'perplexity', total: 2, unit: 'window' },
      {
        type: 'advance',
        done: 1,
        total: 2,
        unit: 'window',
        note: `perplexity ${Math.exp(2.02).toFixed(3)}`,
      },
      {
        type: 'advance',
        done: 2,
        total: 2,
        unit: 'window',
        note: `perplexity ${Math.exp(4.02).toFixed(3)}`,
      },
    ]);
  });

  it.each([
    ['perplexity/bad-window', { window: 1 }],
    ['perplexity/bad-window', { window: 4, stride: 4 }],
    ['perplexity/bad-window', { window: 4, stride: 0 }],
    ['perplexity/bad-window', { window: 4, limit: 0 }],
    ['perplexity/too-short', { window: 12 }],
  ])('refuses: %s of %j', async (code, options) => {
    await expect(perplexity(model, ids, options)).rejects.toMatchObject({ code });
  });

  it('names the window whose loss is not finite', async () => {
    const broken = {
      negativeLogLikelihood: async (part: Int32Array) =>
        part[0] === 4 ? Float32Array.of(1, Number.NaN, 1) : Float32Array.of(1, 1, 1),
    };
    await expect(perplexity(broken, ids, { window: 4 })).rejects.toMatchObject({
      code: 'perplexity/not-finite',
      message: expect.stringContaining('Window 2 (of 4 ids)'),
    });
  });

  it('can be aborted', async () => {
    const signal = AbortSignal.abort();
    await expect(perplexity(model, ids, { window: 4, signal })).rejects.toMatchObject({
      code: 'run/aborted',
    });
  });
});

describe('perplexity of traces', () => {
  it('scores what follows each prompt, every trace alone', async () => {
    // losses of [5 1 2 3]: 1.01 2.02 3.03, the last 2 scored; of [7 8]: 8.01
    const traces = [
      { ids: Int32Array.of(5, 1, 2, 3), prompt: 2 },
      { ids: Int32Array.of(7, 8), prompt: 1 },
    ];
    const result = await perplexityOfTraces(model, traces, { textHash: 'abc' });
    expect(result).toEqual({
      perplexity: expect.closeTo(Math.exp(13.06 / 3), 3),
      nll_per_token: expect.closeTo(13.06 / 3, 5),
      windows: 2,
      tokens: 3,
      window: 4,
      text_hash: 'abc',
    });
  });

  it.each([
    ['perplexity/empty-trace', [{ ids: Int32Array.of(1, 2), prompt: 2 }]],
    ['perplexity/empty-trace', [{ ids: Int32Array.of(1, 2), prompt: 0 }]],
    ['perplexity/too-short', []],
  ])('refuses: %s', async (code, traces) => {
    await expect(perplexityOfTraces(model, traces)).rejects.toMatchObject({ code });
  });
});
