import { describe, expect, it } from 'vitest';
import { numpyPermutation } from './numpy-permutation.js';
import { createPythonRandom } from './python-random.js';

/** Drawn by CPython and NumPy themselves. */
describe('draws of Python programs', () => {
  it('shuffles as random.Random(42) does', () => {
    const list = Array.from({ length: 10 }, (_, i) => i);
    createPythonRandom(42).shuffle(list);
    expect(list).toEqual([7, 3, 2, 8, 5, 6, 9, 4, 0, 1]);
  });

  it('draws as random.seed(0), randint(0, 27951) does', () => {
    const random = createPythonRandom(0);
    const drawn = Array.from({ length: 4 }, () => random.below(27952));
    expect(drawn).toEqual([27670, 12623, 24836, 13781]);
  });

  it('permutes as default_rng(42).permutation(10) does', () => {
    expect([...numpyPermutation(42, 10)]).toEqual([5, 6, 0, 7, 3, 2, 4, 9, 1, 8]);
  });

  it('goes on as they do beyond the first refill of the state', () => {
    const list = Array.from({ length: 1500 }, (_, i) => i);
    createPythonRandom(12345).shuffle(list);
    expect(list.slice(0, 5)).toEqual([414, 967, 1231, 1301, 1426]);
    expect(list.reduce((sum, value, i) => sum + i * value, 0) % 1000003).toBe(979130);
    expect([...numpyPermutation(42, 2000).subarray(0, 5)]).toEqual([1631, 285, 1268, 747, 390]);
  });

  it('has the shortest cases', () => {
    expect(createPythonRandom(0).below(1)).toBe(0);
    expect([...numpyPermutation(0, 0)]).toEqual([]);
    expect([...numpyPermutation(0, 1)]).toEqual([0]);
  });
});
