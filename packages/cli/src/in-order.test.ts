import { expect, it } from 'vitest';
import { inOrder } from './in-order.js';

const later = <T>(value: T, turns: number): Promise<T> =>
  turns === 0 ? Promise.resolve(value) : Promise.resolve().then(() => later(value, turns - 1));

it('gives results on in their order, whichever comes first', async () => {
  const given: number[] = [];
  const order = inOrder((item: number) => given.push(item), 3);
  for (const [item, turns] of [
    [1, 50],
    [2, 0],
    [3, 20],
    [4, 0],
  ] as const) {
    await order.add(later(item, turns));
  }
  await order.end();
  expect(given).toEqual([1, 2, 3, 4]);
});

it('a width of one gives each on before the next is taken', async () => {
  const given: number[] = [];
  const order = inOrder((item: number) => given.push(item), 1);
  await order.add(later(1, 9));
  expect(given).toEqual([1]);
});

it('a failure keeps back what follows it', async () => {
  const given: number[] = [];
  const order = inOrder((item: number) => given.push(item), 9);
  await order.add(later(1, 5));
  await order.add(Promise.reject(new Error('no')));
  await order.add(later(3, 0));
  await expect(order.end()).rejects.toThrow('no');
  expect(given).toEqual([1]);
});
