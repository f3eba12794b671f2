import { expect } from 'vitest';
import { openNative } from '../open-native.js';

export const bytesOf = (x: Float32Array): Buffer =>
  Buffer.from(x.buffer, x.byteOffset, x.byteLength);

/** Arrays one behind the other. */
export const joined = (parts: readonly Float32Array[]): Float32Array =>
  new Float32Array(new Uint8Array(Buffer.concat(parts.map(bytesOf))).buffer);

/** Multiplications of a call that is shared among threads for sure: several times what native/state.h asks for. */
export const shared = 2 ** 19;

/** Expects a call to give the same on one, two and three threads, and returns that. */
export async function onThreads(kernels: string, run: () => Float32Array): Promise<Float32Array> {
  const results: Float32Array[] = [];
  for (const threads of [1, 2, 3]) {
    expect(await openNative({ kernels, threads })).toMatchObject({ set: kernels, threads });
    results.push(run());
  }
  await openNative({ kernels, threads: 2 });
  const [one, ...others] = results as [Float32Array, ...Float32Array[]];
  for (const other of others) expect(bytesOf(other).equals(bytesOf(one))).toBe(true);
  return one;
}

/** Expects the rows of `whole`, `width` wide, to be what `run` gives for them alone: for each, and for a few together. */
export function expectRows(
  whole: Float32Array,
  width: number,
  run: (from: number, to: number) => Float32Array,
): void {
  const rows = whole.length / width;
  const each = Array.from({ length: rows }, (_, row) => [row, row + 1] as const);
  const some = [2, 5, 8, 9, 13].map((count) => [rows >> 1, (rows >> 1) + count] as const);
  for (const [from, to] of [...each, ...some]) {
    if (to > rows) continue;
    const own = bytesOf(whole.subarray(from * width, to * width));
    expect(bytesOf(run(from, to)).equals(own), `rows ${from} to ${to} of ${rows}`).toBe(true);
  }
}
