import { describe, expect, it } from 'vitest';
import { measureThroughput } from './index.js';

/** A model on a clock of its own: calls take the milliseconds of the list, preparation a whole second. */
function timedModel(durations: number[]) {
  let now = 0;
  let held = 0;
  const calls: string[] = [];
  const call = async (name: string) => {
    calls.push(name);
    now += 1000;
    held++;
    return {
      run: async () => {
        now += durations.shift() ?? Number.NaN;
      },
      dispose: () => {
        held--;
      },
    };
  };
  return {
    calls,
    held: () => held,
    clock: () => now,
    prefill: (tokens: number, batch: number) => call(`prefill ${tokens} ${batch}`),
    decode: (steps: number, batch: number, context: number) =>
      call(`decode ${steps} ${batch} ${context}`),
  };
}

describe('measureThroughput', () => {
  it('reports the median of the rounds, the warm-up and the preparation not counted', async () => {
    // the first of each four is the warm-up
    const model = timedModel([9000, 100, 400, 200, 9000, 500, 1000, 250]);
    const options = { prompt: 100, generate: 50, batches: [2], context: 7, rounds: 3 };
    const rows = await measureThroughput(model, { ...options, clock: model.clock });
    expect(rows).toEqual([
      {
        test: 'prefill',
        batch: 2,
        tokens: 200,
        tokens_per_second: 1000,
        rounds: [2000, 500, 1000],
      },
      { test: 'decode', batch: 2, tokens: 100, tokens_per_second: 200, rounds: [200, 100, 400] },
    ]);
    const prefills = Array(4).fill('prefill 100 2');
    expect(model.calls).toEqual([...prefills, ...Array(4).fill('decode 50 2 7')]);
    expect(model.held()).toBe(0);
  });

  it('leaves out a test of no tokens', async () => {
    const model = timedModel(Array(4).fill(10));
    const options = { prompt: 0, generate: 4, batches: [1, 8], rounds: 1 };
    const rows = await measureThroughput(model, { ...options, clock: model.clock });
    expect(rows.map(({ test, batch }) => `${test} ${batch}`)).toEqual(['decode 1', 'decode 8']);
  });

  it('releases what it prepared when a call fails', async () => {
    const model = timedModel([]);
    const failing = {
      ...model,
      prefill: async (tokens: number, batch: number) => ({
        ...(await model.prefill(tokens, batch)),
        run: () => Promise.reject(new Error('out of memory')),
      }),
    };
    await expect(measureThroughput(failing, { clock: model.clock })).rejects.toThrow(
      'out of memory',
    );
    expect(model.held()).toBe(0);
  });

  it('refuses what cannot be measured', async () => {
    const model = timedModel([]);
    await expect(measureThroughput(model, { batches: [0] })).rejects.toMatchObject({
      code: 'bench/bad-option',
      message: 'batch is 0; it must be a whole number, 1 or more.',
    });
    await expect(measureThroughput(model, { rounds: 0 })).rejects.toMatchObject({
      code: 'bench/bad-option',
    });
  });
});
