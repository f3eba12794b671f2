const words = 624;
const shifted = 397;

/** Fills the state of MT19937 from one word (Matsumoto and Nishimura, 1998; the 2002 initialization). */
function initialize(seed: number): Uint32Array {
  const state = new Uint32Array(words);
  state[0] = seed;
  for (let i = 1; i < words; i++) {
    const before = state[i - 1] as number;
    state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
  }
  return state;
}

/** The initialization by an array of one word, which is how Python takes a seed below 2^32. */
function initializeByArray(key: number): Uint32Array {
  const state = initialize(19650218);
  let at = 1;
  const mixed = (factor: number): number => {
    const before = state[at - 1] as number;
    return (state[at] as number) ^ Math.imul(before ^ (before >>> 30), factor);
  };
  const advance = (): void => {
    if (++at < words) return;
    state[0] = state[words - 1] as number;
    at = 1;
  };
  for (let k = 0; k < words; k++) {
    state[at] = mixed(1664525) + key;
    advance();
  }
  for (let k = 1; k < words; k++) {
    state[at] = mixed(1566083941) - at;
    advance();
  }
  state[0] = 0x80000000;
  return state;
}

/** The draws of Python's `random.Random(seed)`, so that a sample can be the very one of a Python program. */
export interface PythonRandom {
  /** `random.randrange(bound)`: a whole number from 0 to bound - 1; bound below 2^32. */
  below(bound: number): number;
  /** `random.shuffle`: in place. */
  shuffle<T>(list: T[]): void;
}

/**
 * Python's generator (CPython, Lib/random.py and Modules/_randommodule.c).
 * @param seed a whole number from 0 to 2^32 - 1
 */
export function createPythonRandom(seed: number): PythonRandom {
  const state = initializeByArray(seed);
  let at = words;

  const refill = (): void => {
    for (let i = 0; i < words; i++) {
      const next = state[(i + 1) % words] as number;
      const y = ((state[i] as number) & 0x80000000) | (next & 0x7fffffff);
      const far = state[(i + shifted) % words] as number;
      state[i] = far ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    at = 0;
  };
  const word = (): number => {
    if (at === words) refill();
    let y = state[at++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
  const below = (bound: number): number => {
    const unused = Math.clz32(bound); // of the 32 bits of a word
    let drawn = word() >>> unused;
    while (drawn >= bound) drawn = word() >>> unused;
    return drawn;
  };
  return {
    below,
    shuffle(list) {
      for (let i = list.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [list[i], list[j]] = [list[j] as (typeof list)[number], list[i] as (typeof list)[number]];
      }
    },
  };
}
