import { createRandom } from '@thinkbits/numerics';
import { expect, it } from 'vitest';
import { SpanAllocator } from './span-allocator.js';

it('never gives a byte to two blocks, and has no gaps when all are given back', () => {
  const random = createRandom(3);
  const space = new SpanAllocator(64);
  const taken = new Set<number>();
  let twice = 0;
  const blocks: { address: number; size: number }[] = [];
  const giveBack = (at: number) => {
    const [block] = blocks.splice(at, 1);
    if (!block) return;
    space.release(block.address, block.size);
    for (let i = 0; i < block.size; i++) taken.delete(block.address + i);
  };
  for (let step = 0; step < 1000; step++) {
    if (random.integer(5) < 3) {
      const size = 1 + random.integer(20);
      const address = space.allocate(size);
      expect(address).toBeGreaterThanOrEqual(64);
      expect(address + size).toBeLessThanOrEqual(space.end);
      for (let i = 0; i < size; i++) {
        if (taken.has(address + i)) twice++;
        taken.add(address + i);
      }
      blocks.push({ address, size });
    } else giveBack(random.integer(Math.max(1, blocks.length)));
  }
  expect(twice).toBe(0);
  expect(space.end).toBe(1 + Math.max(63, ...taken));
  while (blocks.length > 0) giveBack(random.integer(blocks.length));
  expect(space.end).toBe(64);
});

it('fills the first gap that is long enough', () => {
  const space = new SpanAllocator(0);
  const [a, b, c, d] = [10, 20, 30, 40].map((size) => space.allocate(size)) as [
    number,
    number,
    number,
    number,
  ];
  space.release(a, 10);
  space.release(c, 30);
  expect(space.allocate(15)).toBe(c);
  expect(space.allocate(10)).toBe(a);
  expect(space.allocate(16)).toBe(d + 40);
  expect(b).toBe(10);
});
