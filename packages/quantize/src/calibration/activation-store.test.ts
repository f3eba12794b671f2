import { expect, it } from 'vitest';
import { ActivationStore } from './activation-store.js';

const window = (length: number, value: number) => new Float32Array(length).fill(value);

it('never keeps more than its budget, also where a window grows, and gives back what it was given', async () => {
  const budget = { left: 4 * 30 };
  const stores = [new ActivationStore(budget), new ActivationStore(budget)] as const;
  for (const [round, length] of [10, 25, 5, 40].entries()) {
    for (const [at, store] of stores.entries()) {
      for (let index = 0; index < 2; index++) {
        await store.put(index, window(length + index, 100 * round + 10 * at + index));
        expect(budget.left).toBeGreaterThanOrEqual(0);
      }
    }
    for (const [at, store] of stores.entries())
      for (let index = 0; index < 2; index++)
        expect(await store.get(index)).toEqual(
          window(length + index, 100 * round + 10 * at + index),
        );
  }
  expect(stores.map(({ inMemory }) => inMemory)).toEqual([0, 0]);
  for (const store of stores) await store.clear();
  expect(budget.left).toBe(4 * 30);
});
