import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { randomShapes, shapeCount } from './__fixtures__/random-shapes.js';
import { bytesOf } from './__fixtures__/same-bits.js';
import { loadAddon } from './addon.js';

const { random, normals, upTo } = randomShapes('thread pool');
const loaded = loadAddon();

if ('why' in loaded) it.skip(`skipped: ${loaded.why}`, () => {});
else {
  const { addon } = loaded;

  it('shares one call after the other, whether its threads still wait for the next or sleep already', async () => {
    const [m, k, n] = [24, 96, 80]; // what threads are woken for
    const [a, b] = [normals(m * k), normals(k * n)];
    const multiply = () => {
      const c = new Float32Array(m * n);
      addon.matmul(a, b, c, 1, m, k, n, false, false, 0, 0);
      return c;
    };
    addon.configure(1, '', false);
    const wanted = multiply();
    for (const threads of [2, 3, 4]) {
      expect(addon.configure(threads, '', false).threads).toBe(threads);
      for (let call = 0; call < shapeCount(80); call++) {
        expect(bytesOf(multiply()).equals(bytesOf(wanted))).toBe(true);
        if (random.integer(3) === 0) await pause(upTo(3));
      }
    }
  });

  it('ends its threads whatever they do when others are asked for', async () => {
    const x = normals(300 * 500);
    const wanted = new Float32Array(x.length);
    addon.configure(1, '', false);
    addon.softmax(x, wanted, 300, 500);
    for (let i = 0; i < shapeCount(100); i++) {
      addon.configure(upTo(4), '', false);
      for (let call = random.integer(3); call > 0; call--) {
        const out = new Float32Array(x.length);
        addon.softmax(x, out, 300, 500);
        expect(bytesOf(out).equals(bytesOf(wanted))).toBe(true);
      }
      if (random.integer(3) === 0) await pause(upTo(2));
    }
  });
}
