import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { createRandom } from '@thinkbits/numerics';
import { describe, expect, it, vi } from 'vitest';
import { soundArguments } from './__fixtures__/sound-arguments.js';
import { type Addon, loadAddon } from './addon.js';

const loaded = loadAddon();
const why = 'why' in loaded ? loaded.why : undefined;
const random = createRandom(23).fork('arguments');

const pick = <T>(values: readonly T[]): T => values[random.integer(values.length)] as T;

/** Anything that JavaScript may hand over: right kinds of the wrong length, wrong kinds, numbers that are no sizes. */
function anything(): unknown {
  const size = pick([0, 1, 2, 3, 7, 16, 33, 64, 200]);
  return pick<() => unknown>([
    () => new Float32Array(size).fill(random.normal()),
    () => new Float32Array(size),
    () => Int32Array.from({ length: size }, () => random.integer(12) - 2),
    () => Uint8Array.from({ length: size }, () => random.integer(256)),
    () => new Float64Array(size),
    () => pick([0, 1, 2, 3, 4, 5, 8, 16, 32, 64, 96]),
    () => pick([0, 1, 2, 3, 4, 5, 8, 16, 32, 64, 96]),
    () => pick([-1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, Number.NaN, Number.POSITIVE_INFINITY]),
    () => pick([true, false]),
    () => pick([undefined, null, 'avx2', '', {}, [], () => 0, 7n, Symbol('x')]),
  ])();
}

if (why) it.skip(`skipped: ${why}`, () => {});

/** One argument, changed: another length, another value, or anything else. */
function spoiled(value: unknown): unknown {
  if (random.integer(3) === 0) return anything();
  if (typeof value === 'number')
    return pick([value + 1, value - 1, 2 * value, -value, value + 0.5]);
  if (typeof value === 'boolean') return !value;
  if (value instanceof Int32Array && value.length > 0 && random.integer(2) === 0) {
    const changed = value.slice();
    changed[random.integer(value.length)] = pick([-1, 7, 2 ** 20, 2 ** 31 - 1, -(2 ** 31)]);
    return changed;
  }
  if (ArrayBuffer.isView(value)) return (value as Float32Array).slice(1);
  return anything();
}

describe.skipIf(why !== undefined)('arguments of the addon', () => {
  const addon = ('addon' in loaded ? loaded.addon : {}) as Addon;
  const names = Object.keys(addon) as (keyof Addon)[];
  const call = (name: keyof Addon, values: readonly unknown[]): unknown =>
    (addon[name] as (...values: readonly unknown[]) => unknown)(...values);

  it('are fuzzed for every function that it exports', () => {
    expect(
      names.filter((name) => !Object.hasOwn(soundArguments, name)),
      'give each of these sound arguments in __fixtures__/sound-arguments.ts',
    ).toEqual([]);
    expect(Object.keys(soundArguments).sort()).toEqual([...names].sort());
  });

  it('that make no sense throw a TypeError, 10 000 times, and never more', () => {
    addon.configure(2, '', false);
    const made = { linears: new Set<number>(), stacks: new Set<number>() };
    const maker = { random, addon, made };
    const counts = { sound: 0, taken: 0, refused: 0 };
    for (let i = 0; i < 10_000; i++) {
      const name = names[i % names.length] as keyof Addon;
      const values = soundArguments[name](maker);
      const kind = pick(['sound', 'spoiled', 'spoiled', 'nonsense']);
      if (kind === 'sound') counts.sound++;
      if (kind === 'spoiled') {
        for (let times = 1 + random.integer(2); times > 0; times--) {
          const at = random.integer(values.length);
          values[at] = spoiled(values[at]);
        }
      }
      if (kind === 'nonsense')
        values.splice(0, values.length, ...Array.from({ length: random.integer(15) }, anything));
      try {
        const result = call(name, values);
        if (typeof result === 'number')
          made[name === 'createStack' ? 'stacks' : 'linears'].add(result);
        counts.taken++;
      } catch (error) {
        expect(kind, `${name} refuses sound arguments: ${error}`).not.toBe('sound');
        expect(error).toBeInstanceOf(TypeError);
        expect((error as { code?: string }).code).toBe('native/argument');
        counts.refused++;
      }
      // the call may have freed them
      const free = (dispose: (handle: number) => void) => (handle: number) => {
        try {
          dispose(handle);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      };
      made.stacks.forEach(free(addon.disposeStack));
      made.linears.forEach(free(addon.disposeLinear));
      for (const handles of Object.values(made)) handles.clear();
    }
    expect(counts.refused).toBeGreaterThan(5000);
    expect(counts.taken).toBeGreaterThan(counts.sound);
    addon.configure(2, '', false);
  });

  it('that are nearly right are refused where they are wrong', () => {
    const f = (size: number) => new Float32Array(size);
    addon.matmul(f(6), f(12), f(8), 1, 2, 3, 4, false, false, 0, 0);
    expect(() => addon.matmul(f(5), f(12), f(8), 1, 2, 3, 4, false, false, 0, 0)).toThrow(
      TypeError,
    );
    expect(() => addon.matmul(f(6), f(11), f(8), 1, 2, 3, 4, false, false, 0, 0)).toThrow(
      TypeError,
    );
    expect(() => addon.matmul(f(6), f(12), f(7), 1, 2, 3, 4, false, false, 0, 0)).toThrow(
      TypeError,
    );
    expect(() => addon.matmul(f(6), f(12), f(8), 2, 2, 3, 4, false, false, 0, 0)).toThrow(
      TypeError,
    );
    expect(() => addon.gatherRows(f(6), Int32Array.of(3), f(2), 2)).toThrow('beyond the rows');
    expect(() => addon.rotate(f(4), f(4), Int32Array.of(9), f(8), f(8), 1, 2)).toThrow(
      'beyond the table',
    );
    expect(() => addon.disposeLinear(12345)).toThrow('no such packed weight');
    expect(() => addon.configure(2, 'sse9', false)).toThrow('no such set');
    expect(() => addon.configure(0, '', false)).toThrow(TypeError);
    const format = Int32Array.of(32, 4, 0, 0, 64 * 16, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 1);
    const one = Int32Array.of(0, 1, 0, 0, 0, 0, 1, 0, 0); // one token, in a page of its own
    const attend = (pages: Int32Array, memory: number, row = one) =>
      addon.attention(
        f(4),
        f(4),
        new Uint8Array(memory),
        pages,
        row,
        format,
        format,
        1,
        1,
        4,
        f(0),
        f(0),
      );
    attend(Int32Array.of(0, 1024), 2048);
    expect(() => attend(Int32Array.of(0, 1024), 2047)).toThrow('outside of the memory');
    expect(() => attend(Int32Array.of(0), 2048)).toThrow('more tokens than pages');
    expect(() => attend(Int32Array.of(0, -4), 2048)).toThrow('outside of the memory');
    const longer = Int32Array.of(...one, 0);
    expect(() => attend(Int32Array.of(0, 1024), 2048, longer)).toThrow('numbers of integers');
    const store = (pages: Int32Array, memory: Uint8Array, layout = format) => {
      addon.storeTokens(f(4).fill(1), f(4), memory, pages, one, layout, layout, 1, 4);
    };
    const memory = new Uint8Array(2048);
    store(Int32Array.of(1024, 0), memory);
    expect(new Float32Array(memory.buffer, 1024, 4)).toEqual(f(4).fill(1));
    expect(() => store(Int32Array.of(0, 1028), memory)).toThrow('outside of the memory');
    expect(() => store(Int32Array.of(0), memory)).toThrow('more tokens than pages');
    expect(() => store(Int32Array.of(0, 0), memory, format.with(0, 1))).toThrow('is wrong');
    expect(() => store(Int32Array.of(0, 0), memory, format.with(15, 0))).toThrow('is wrong');
    const waiting = Int32Array.of(0, 1, 0, 0, 2048 - 12, 4, 1, 0, 4);
    const windowed = format.with(14, 3);
    expect(() =>
      addon.storeTokens(f(4), f(4), memory, new Int32Array(2), waiting, windowed, windowed, 1, 4),
    ).toThrow('a window is outside');
    const byPage = Int32Array.of(4, 4, 0, 2, 192, 128, 0, 0, 0, 0, 0, 64, 1, 0, 0, 1);
    expect(() => store(Int32Array.of(0, 0), memory, byPage)).toThrow('do not leave the window');
  });

  it('for more scores than memory holds are refused, though all of them fit their arrays', () => {
    // 65536 heads for one of keys, and a row of 2^31 tokens that are all on one page
    const [heads, pageTokens, before] = [2 ** 16, 2 ** 16, 2 ** 31 - 2];
    const lies = [32, 1, 0, 4, 4 * pageTokens, 0, 0, 0, 0, 0, 0, pageTokens, 0, 0];
    const part = Int32Array.of(...lies, 0, 1);
    const row = Int32Array.of(0, 1, before, 0, 0, 0, 0, 0, 0);
    const pages = new Int32Array(Math.ceil((before + 1) / pageTokens));
    const [query, output] = [new Float32Array(heads), new Float32Array(heads)];
    const memory = new Uint8Array(4 * pageTokens);
    expect(() =>
      addon.attention(
        query,
        output,
        memory,
        pages,
        row,
        part,
        part,
        heads,
        1,
        1,
        query.subarray(0, 0),
        query.subarray(0, 0),
      ),
    ).toThrow('no memory for the scores');
  });
});

describe.skipIf(why !== undefined || !existsSync('/proc/self/task'))('threads', () => {
  it('may run where they could before, after calls that came faster than they woke', async () => {
    const { addon } = loaded as { addon: Addon };
    addon.configure(2, '', false);
    const allowed = (thread: string): string =>
      readFileSync(`/proc/self/task/${thread}/status`, 'utf8').match(/Cpus_allowed:\s*(.*)/)?.[1] ??
      '';
    const threads = () => readdirSync('/proc/self/task');
    const everywhere = allowed(String(process.pid));
    const size = 96;
    const matrix = () => new Float32Array(size * size);
    const [a, b, c] = [matrix(), matrix(), matrix()];
    for (let round = 0; round < 20; round++) {
      await setTimeout(20); // until the worker sleeps
      for (let i = 0; i < 3; i++) addon.matmul(a, b, c, 1, size, size, size, false, false, 0, 0);
    }
    await vi.waitFor(() => expect(threads().map(allowed)).toEqual(threads().map(() => everywhere)));
  });
});
