import { type Tensor2D, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import {
  cachedAttention,
  holdStack,
  KvCache,
  type LinearPart,
  LinearWeight,
  rotaryTable,
  runStack,
  type Segment,
  type StackLayer,
} from '@thinkbits/ops';
import type { KvParameters, KvScheme, StaticKvGrid } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { describeEachSet } from './__fixtures__/describe-each-set.js';
import { randomShapes } from './__fixtures__/random-shapes.js';
import { weightsOf } from './__fixtures__/random-weight.js';
import { bytesOf, expectRows, joined, onThreads } from './__fixtures__/same-bits.js';
import { type Addon, loadAddon } from './addon.js';

const { random, normals } = randomShapes('same bits of decoders');
const randomWeight = weightsOf(random);
const loaded = loadAddon();

const part = { bits: 4, group: 'head', symmetric: false, range: 'zero-inclusive', clip: 1 };
const packed = { key: part, value: { ...part, bits: 3 }, window: 0, rope: 'after' };
const ofChannel = { ...part, axis: 'channel' };
/** Channels of all kv heads that the tests have: two of 40 or of 24. */
const grids = (channels: number): StaticKvGrid => ({
  scales: new Float32Array(channels).fill(0.3),
  zeros: Float32Array.from({ length: channels }, (_, channel) => channel % 16),
});
type CacheOf = (channels: number) => KvParameters | undefined;
const caches: readonly (readonly [string, CacheOf])[] = [
  ['floats', () => undefined],
  ['codes', () => ({ scheme: packed as unknown as KvScheme })],
  [
    'codes of channels, rotated as they are read',
    (channels) => ({
      scheme: { ...packed, key: ofChannel, rope: 'before' } as unknown as KvScheme,
      staticKeys: grids(channels),
    }),
  ],
];
/** And keys of channels over 16 tokens, as KIVI's, behind so many tokens in float. */
const [narrow, wide] = [32, 64].map((window): typeof caches => {
  const scheme = { ...packed, key: { ...ofChannel, group: 16 }, window } as unknown as KvScheme;
  return [...caches, [`codes behind a window of ${window}`, () => ({ scheme })]];
}) as [typeof caches, typeof caches];

/** Prompts and single tokens, the ends of rows that hold some already. */
const rowsOf = (counts: readonly number[], before: readonly number[]): Segment[] =>
  counts.map((count, slot) => ({ slot, start: before[slot] as number, count }));

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

describeEachSet(
  'decoders on any number of threads, with any rows beside',
  (kernels) => {
    const { addon } = loaded as { addon: Addon };

    it.each(narrow)('attend over %s with the same bits', async (_, cacheOf) => {
      const [heads, kvHeads, headDim] = [6, 2, 40];
      const width = kvHeads * headDim;
      const table = rotaryTable(
        Float64Array.from({ length: 20 }, (__, i) => 1 / 2 ** i),
        200,
        1,
      );
      const kv = cacheOf(width);
      const steps = [
        [70, 3, 1, 20],
        [1, 1, 1, 1],
        [40, 1, 90, 2],
      ];
      const batches = steps.map((counts) => {
        const tokens = sum(counts);
        return {
          query: normals(tokens * heads * headDim),
          key: normals(tokens * width),
          value: normals(tokens * width),
        };
      });
      /** What the rows of some slots get, step after step, in one batch. */
      const attend = (slots: readonly number[]): Float32Array[] => {
        const parameters = kv && { parameters: [kv] };
        const cache = new KvCache({ layers: 1, kvHeads, headDim, ...parameters });
        const before = [0, 0, 0, 0];
        const results = steps.map((counts, step) => {
          const all = rowsOf(counts, before);
          const segments = slots.map((slot) => all[slot] as Segment);
          const pick = (x: Float32Array, channels: number): Tensor2D => {
            const rows = slots.map((slot) => {
              const first = sum(counts.slice(0, slot));
              return x.subarray(first * channels, (first + (counts[slot] as number)) * channels);
            });
            const values = joined(rows);
            return tensor2d(values, [values.length / channels, channels]);
          };
          const { query, key, value } = batches[step] as (typeof batches)[0];
          counts.forEach((count, slot) => {
            before[slot] = (before[slot] as number) + count;
          });
          return tidy(() => {
            const [q, k, v] = [pick(query, heads * headDim), pick(key, width), pick(value, width)];
            const attributes = { cache, layer: 0, segments, heads, table };
            return (cachedAttention(q, k, v, attributes).dataSync() as Float32Array).slice();
          });
        });
        cache.dispose();
        return results;
      };
      const whole = await onThreads(kernels, () => joined(attend([0, 1, 2, 3])));
      const alone = [0, 1, 2, 3].map((slot) => attend([slot]));
      const rows = steps.flatMap((_, step) => alone.map((own) => own[step] as Float32Array));
      expect(bytesOf(joined(rows)).equals(bytesOf(whole))).toBe(true);
      const turned = attend([2, 0]);
      turned.forEach((own, step) => {
        const [first, second] = [alone[2]?.[step], alone[0]?.[step]] as [
          Float32Array,
          Float32Array,
        ];
        expect(bytesOf(own).equals(bytesOf(joined([first, second])))).toBe(true);
      });
    });

    it('norm, gate, turn and share out rows with the same bits', async () => {
      const [rows, width] = [300, 500];
      const [x, weight] = [normals(rows * width), normals(width)];
      const positions = Int32Array.from({ length: rows }, () => random.integer(7));
      const tables = [normals(7 * 25), normals(7 * 25)] as const;
      type Call = (x: Float32Array, out: Float32Array, rows: number, first: number) => void;
      const calls: readonly (readonly [outWidth: number, call: Call])[] = [
        [width, (from, out, count) => addon.rmsNorm(from, weight, out, count, width, 1e-6)],
        [width, (from, out, count) => addon.softmax(from, out, count, width)],
        [width / 2, (from, out, count) => addon.swiglu(from, out, count, width / 2)],
        [
          width,
          (from, out, count, first) => {
            const own = positions.slice(first, first + count);
            addon.rotate(from, out, own, ...tables, 10, 25);
          },
        ],
      ];
      for (const [outWidth, call] of calls) {
        const run = (from: number, to: number) => {
          const out = new Float32Array((to - from) * outWidth);
          call(x.slice(from * width, to * width), out, to - from, from);
          return out;
        };
        expectRows(await onThreads(kernels, () => run(0, rows)), outWidth, run);
      }
    });

    it.each(wide)('run all their layers over %s with the same bits', async (_, cacheOf) => {
      const [hidden, heads, kvHeads, headDim, inner] = [96, 4, 2, 24, 160];
      const table = rotaryTable(
        Float64Array.from({ length: 12 }, (__, i) => 1 / 3 ** i),
        200,
        1,
      );
      const parts = (rows: number, columns: number, i: number): LinearPart =>
        i % 2 === 0
          ? randomWeight(rows, columns, { bits: 4, group: 32 })
          : { rows, columns, values: normals(rows * columns).map((value) => value / 10) };
      const weights = [0, 1].map((layer) => [
        parts((heads + 2 * kvHeads) * headDim, hidden, layer),
        parts(hidden, heads * headDim, layer),
        parts(2 * inner, hidden, layer),
        parts(hidden, inner, layer),
      ]);
      const norms = weights.map(() => [normals(hidden), normals(hidden)] as const);
      // windows have room for these; keys of the first two rows leave theirs
      const steps = [
        [60, 1, 30],
        [1, 1, 1],
        [3, 40, 1],
        [20, 22, 30],
      ];
      const inputs = steps.map((counts) => normals(sum(counts) * hidden));
      const run = (slots: readonly number[]): Float32Array => {
        const layers = weights.map((linears, layer): StackLayer => {
          const [qkv, o, gateUp, down] = linears.map((linear) => ({
            weight: new LinearWeight([linear]),
          })) as [StackLayer['qkv'], StackLayer['o'], StackLayer['gateUp'], StackLayer['down']];
          const [input, after] = norms[layer] as (typeof norms)[0];
          return {
            inputNorm: tensor1d(input),
            qkv,
            o,
            postAttentionNorm: tensor1d(after),
            gateUp,
            down,
          };
        });
        const held = holdStack(layers, { hidden, heads, kvHeads, headDim, normEpsilon: 1e-6 });
        if (!held) throw new Error('the addon does not hold these layers');
        const kv = cacheOf(kvHeads * headDim);
        const parameters = kv && { parameters: [kv, kv] };
        const cache = new KvCache({ layers: 2, kvHeads, headDim, ...parameters });
        const before = [0, 0, 0];
        const results = steps.flatMap((counts, step) => {
          const all = rowsOf(counts, before);
          const segments = slots.map((slot) => all[slot] as Segment);
          const positions = segments.flatMap(({ start, count }) =>
            Array.from({ length: count }, (__, t) => start + t),
          );
          const rows = slots.map((slot) => {
            const first = sum(counts.slice(0, slot)) * hidden;
            return (inputs[step] as Float32Array).slice(
              first,
              first + (counts[slot] as number) * hidden,
            );
          });
          const x = joined(rows);
          counts.forEach((count, slot) => {
            before[slot] = (before[slot] as number) + count;
          });
          const place = { table, positions: Int32Array.from(positions), segments, cache };
          expect(held.serves(place)).toBe(true);
          const left = tidy(() =>
            runStack(tensor2d(x, [positions.length, hidden]), held, place)
              .dataSync()
              .slice(),
          );
          return [left as Float32Array];
        });
        held.dispose();
        cache.dispose();
        for (const { inputNorm, postAttentionNorm, qkv, o, gateUp, down } of layers) {
          inputNorm.dispose();
          postAttentionNorm.dispose();
          for (const { weight } of [qkv, o, gateUp, down]) weight.dispose();
        }
        return joined(results);
      };
      const whole = await onThreads(kernels, () => run([0, 1, 2]));
      const alone = [0, 1, 2].map((slot) => run([slot]));
      // what each row got in the batches, step after step
      const own = [0, 1, 2].map((slot) => {
        let first = 0;
        return Buffer.concat(
          steps.map((counts) => {
            const from = first + sum(counts.slice(0, slot)) * hidden;
            first += sum(counts) * hidden;
            return bytesOf(whole.subarray(from, from + (counts[slot] as number) * hidden));
          }),
        );
      });
      own.forEach((bytes, slot) => {
        expect(bytes.equals(bytesOf(alone[slot] as Float32Array)), `row ${slot}`).toBe(true);
      });
    });
  },
  { integers: true },
);
