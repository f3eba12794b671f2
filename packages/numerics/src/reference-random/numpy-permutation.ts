const mask64 = (1n << 64n) - 1n;
const mask128 = (1n << 128n) - 1n;
const multiplier = 0x2360ed051fc65da44385df649fccf645n; // of PCG64

/** NumPy's SeedSequence: one word of entropy spread over eight. */
function spreadSeed(seed: number): Uint32Array {
  let constant = 0x43b0d7e5;
  const hash = (value: number): number => {
    const mixed = value ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    const product = Math.imul(mixed, constant);
    return product ^ (product >>> 16);
  };
  const mix = (x: number, y: number): number => {
    const difference = Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y);
    return difference ^ (difference >>> 16);
  };
  const pool = Uint32Array.from([seed, 0, 0, 0], (value) => hash(value));
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from !== to) pool[to] = mix(pool[to] as number, hash(pool[from] as number));
    }
  }
  let output = 0x8b51f9dd;
  return Uint32Array.from({ length: 8 }, (_, index) => {
    const mixed = (pool[index % 4] as number) ^ output;
    output = Math.imul(output, 0x58f38ded);
    const product = Math.imul(mixed, output);
    return product ^ (product >>> 16);
  });
}

/** Draws 32-bit words: PCG64 (O'Neill, "PCG: a family of simple fast space-efficient generators", 2014), halves in turn. */
function createWords(seed: number): () => number {
  const state = spreadSeed(seed);
  const wide = (index: number): bigint =>
    BigInt(state[index] as number) | (BigInt(state[index + 1] as number) << 32n);
  const increment = ((((wide(4) << 64n) | wide(6)) << 1n) | 1n) & mask128;
  const step = (value: bigint): bigint => (value * multiplier + increment) & mask128;
  let current = step((step(0n) + ((wide(0) << 64n) | wide(2))) & mask128);
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const high = spare;
      spare = undefined;
      return high;
    }
    current = step(current);
    const folded = ((current >> 64n) ^ current) & mask64;
    const turn = current >> 122n;
    const drawn = ((folded >> turn) | (folded << (64n - turn))) & mask64;
    spare = Number(drawn >> 32n);
    return Number(drawn & 0xffffffffn);
  };
}

/**
 * NumPy's `default_rng(seed).permutation(count)`, in which order Hugging Face data sets are shuffled.
 * @param seed a whole number from 0 to 2^32 - 1
 * @param count below 2^32
 */
export function numpyPermutation(seed: number, count: number): Uint32Array {
  const word = createWords(seed);
  /** From 0 to `highest`: the lowest bits that can hold it, drawn until they do (`random_interval`). */
  const upTo = (highest: number): number => {
    const unused = Math.clz32(highest);
    const mask = 0xffffffff >>> unused;
    let drawn = (word() & mask) >>> 0;
    while (drawn > highest) drawn = (word() & mask) >>> 0;
    return drawn;
  };
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let i = count - 1; i > 0; i--) {
    const j = upTo(i);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}
