import { type RandomSource, ThinkbitsError } from '@thinkbits/spec';

/** MurmurHash3 (Appleby, x86, 32 bit) of a text's UTF-16 code units. */
function hash(text: string, seed: number): number {
  let state = seed;
  for (let i = 0; i < text.length; i++) {
    let unit = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
    unit = (unit << 15) | (unit >>> 17);
    state ^= Math.imul(unit, 0x1b873593);
    state = (state << 13) | (state >>> 19);
    state = (Math.imul(state, 5) + 0xe6546b64) | 0;
  }
  state ^= text.length;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) | 0;
}

/**
 * Draws 32-bit words: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021).
 * @param state four words, not all 0; advanced in place
 */
export function xoshiro128(state: Int32Array): () => number {
  return () => {
    const [s0, s1, s2, s3] = state as unknown as [number, number, number, number];
    const scrambled = Math.imul(s1, 5);
    const word = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const two = s2 ^ s0;
    const three = s3 ^ s1;
    state[0] = s0 ^ three;
    state[1] = s1 ^ two;
    state[2] = two ^ (s1 << 9);
    state[3] = (three << 11) | (three >>> 21);
    return word;
  };
}

function fromPath(path: readonly (number | string)[]): RandomSource {
  const text = JSON.stringify(path); // injective: ["a","b"] is not ["a,b"], and 1 is not "1"
  const state = Int32Array.of(hash(text, 1), hash(text, 2), hash(text, 3), hash(text, 4) | 1);
  const word = xoshiro128(state);
  const next = () => word() / 2 ** 32;
  let spare: number | undefined;
  return {
    next,
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      // Box and Muller, 1958; 1 - u keeps the logarithm finite
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      const angle = 2 * Math.PI * next();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    integer(bound) {
      if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
        throw new ThinkbitsError({
          code: 'random/bound',
          category: 'usage',
          message: `${bound} is no bound for a random integer.`,
          help: 'Give a whole number from 1 to 2^32.',
          details: { bound },
        });
      }
      const usable = 2 ** 32 - (2 ** 32 % bound); // words beyond would favour small results
      let drawn = word();
      while (drawn >= usable) drawn = word();
      return drawn % bound;
    },
    fork: (name) => fromPath([...path, name]),
  };
}

/**
 * A seeded generator; `fork(name)` depends on the path of seed and names alone, never on what was drawn before.
 * @param seed a finite number or any text; 1 and "1" differ
 * @throws ThinkbitsError `random/seed`
 */
export function createRandom(seed: number | string): RandomSource {
  if (typeof seed === 'number' && !Number.isFinite(seed)) {
    throw new ThinkbitsError({
      code: 'random/seed',
      category: 'usage',
      message: `${seed} is not a seed.`,
      help: 'Give a finite number or a text.',
    });
  }
  return fromPath([seed]);
}
