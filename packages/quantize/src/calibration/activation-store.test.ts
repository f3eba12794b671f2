import { expect, it } from 'vitest';
import { ActivationMemory } from './activation-memory.js';
import { ActivationStore } from './activation-store.js';

const window = (length: number, value: number) => new Float32Array(length).fill(value);

it('never keeps more than its budget, also where a window grows, and gives back what it was given', async () => {
  const memory = new ActivationMemory(4 * 30);
  const stores = [new ActivationStore(memory), new ActivationStore(memory)] as const;
  for (const [round, length] of [10, 25, 5, 40].entries()) {
    for (const [at, store] of stores.entries()) {
      for (let index = 0; index < 2; index++) {
        await store.put(index, window(length + index, 100 * round + 10 * at + index));
        expect(memory.bytesLeft).toBeGreaterThanOrEqual(0);
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
  expect(memory.bytesLeft).toBe(4 * 30);
});

it('hands out arrays again that were given back, as long as there is room for them', async () => {
  const memory = new ActivationMemory(4 * 30);
  const store = new ActivationStore(memory);
  const first = window(10, 1);
  await store.put(0, first);
  expect(store.replace(1, 10)).toBeUndefined();
  const again = store.replace(0, 10);
  expect(again).toBe(first);
  expect(memory.bytesLeft).toBe(4 * 30);
  await store.put(0, again as Float32Array);
  await store.clear();
  expect(memory.bytesLeft).toBe(4 * 30);
  expect(store.replace(0, 20)).toBeUndefined();
  await store.put(0, window(25, 2)); // ten idle ones do not fit beside these
  expect(store.replace(1, 10)).toBeUndefined();
  await store.clear();
});
