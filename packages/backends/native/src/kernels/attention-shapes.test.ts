import { type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { cachedAttention, KvCache, rotaryTable, type Segment } from '@thinkbits/ops';
import { floatFormats, type KvPartScheme, type KvScheme, type StaticKvGrid } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { describeEachSet } from '../__fixtures__/describe-each-set.js';
import { expectWithin, unit, type Wanted, wantedOf } from '../__fixtures__/expect-within.js';
import { randomShapes, shapeCount } from '../__fixtures__/random-shapes.js';

const { random, chosen, upTo, normals, spoil } = randomShapes('attention shapes');

/** A grid for each channel, one for all tokens, which reaches as far as they do now and then. */
function anyGrid(channels: number): StaticKvGrid {
  const each = (make: () => number) => Float32Array.from({ length: channels }, make);
  const scales = each(() => 0.05 + random.next());
  const zeros = each(() => random.integer(16) - 4);
  return { scales, zeros, ...(random.integer(2) && { offset: each(() => random.normal()) }) };
}

/** How keys or values are kept; undefined for floats. */
function anyPart(headDim: number, window: number): KvPartScheme | undefined {
  const kind = random.integer(8);
  if (kind === 0) return undefined;
  const [bits, range] = [chosen(2, 3, 4, 8), chosen('zero-inclusive', 'zero-inclusive', 'min-max')];
  const group = chosen<number | 'head'>('head', 4, headDim / 2, headDim / 4);
  const plain = { bits, axis: 'token', group, symmetric: false, range, clip: chosen(1, 0.9) };
  if (kind === 1) return { ...plain, range: 'zero-inclusive', symmetric: true } as KvPartScheme;
  const { fp8 } = floatFormats;
  if (kind === 2) return { ...plain, bits: 8, symmetric: true, float: fp8 } as KvPartScheme;
  const minimum = { ...plain, axis: 'channel', range: 'float-minimum', clip: 1 };
  if (kind === 3) return { ...minimum, group: 'head' } as KvPartScheme;
  if (kind === 4 && window > 0)
    return { ...(random.integer(2) ? minimum : plain), axis: 'channel', group: 4 } as KvPartScheme;
  return plain as KvPartScheme;
}

function anyCaches(kvHeads: number, headDim: number) {
  const window = chosen(0, 0, 8, 20);
  const [key, value] = [anyPart(headDim, window), anyPart(headDim, window)];
  const rope = chosen('after', 'after', 'before');
  const scheme = { ...(key && { key }), ...(value && { value }), window, rope } as KvScheme;
  const isStatic = (part?: KvPartScheme) => part?.axis === 'channel' && part.group === 'head';
  const grid = () => anyGrid(kvHeads * headDim);
  const parameters = {
    scheme,
    ...(isStatic(key) && { staticKeys: grid() }),
    ...(isStatic(value) && { staticValues: grid() }),
  };
  const shape = {
    layers: 1,
    kvHeads,
    headDim,
    ...((key || value) && { parameters: [parameters] }),
  };
  const make = () => new KvCache(shape);
  return { make, floats: !key && !value, scheme };
}

/** A few rows that go on from where they are: one token each, prompts, or both. */
function anySegments(lengths: readonly number[], most: number): Segment[] {
  const counts = lengths.map(() => chosen<number>(0, 1, 1, 2, upTo(8), upTo(most)));
  if (!counts.some((count) => count > 0)) counts[0] = 1;
  return counts.flatMap((count, slot) =>
    count === 0 ? [] : [{ slot, start: lengths[slot] as number, count }],
  );
}

/**
 * softmax(qKᵀ / √d) V of one query and head in float64. A score is off by a unit of its magnitude for each channel and for each of some
 * more roundings, a power by four units besides, a share by twice all that, and a sum over values by a unit a token.
 */
function attendTo(
  query: Float32Array,
  keys: Float32Array,
  values: Float32Array,
  seen: number,
  out: Wanted,
): void {
  const headDim = query.length;
  const scores = new Float64Array(seen);
  const scale = 1 / Math.sqrt(headDim);
  let largest = 0;
  for (let t = 0; t < seen; t++) {
    let [score, magnitude] = [0, 0];
    for (let i = 0; i < headDim; i++) {
      const term = (query[i] as number) * (keys[t * headDim + i] as number);
      score += term;
      magnitude += Math.abs(term);
    }
    scores[t] = score * scale;
    if (Number.isFinite(magnitude)) largest = Math.max(largest, magnitude * scale);
  }
  const high = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const powers = scores.map((score) => Math.exp(score - high));
  const sum = powers.reduce((before, power) => before + power, 0);
  const relative = 2.1 * ((headDim + 8) * largest + 4) * unit + (seen + 8) * unit;
  const least = Math.exp(-87); // where powers end
  for (let t = 0; t < seen; t++) {
    const share = (powers[t] as number) / sum;
    for (let i = 0; i < headDim; i++) {
      const value = values[t * headDim + i] as number;
      out.values[i] = (out.values[i] as number) + share * value;
      out.room[i] = (out.room[i] as number) + (share * relative + least) * Math.abs(value);
    }
  }
}

describeEachSet('attention over caches of random shapes', () => {
  it('is what plain loops over the stored tokens give, 300 times, a row alone as in a batch', () => {
    for (let i = 0; i < shapeCount(300); i++) {
      const isLong = i % 10 === 0;
      const kvHeads = upTo(isLong ? 2 : 3);
      // tiles are made for heads of up to 128 channels
      const headDim = i % 9 === 0 ? chosen(128, 132, 160) : 4 * upTo(i % 4 === 1 ? 24 : 8);
      const group = upTo(isLong ? 2 : 4);
      const heads = kvHeads * group;
      const shape = { heads, kvHeads, headDim };
      const { make, floats, scheme } = anyCaches(kvHeads, headDim);
      const frequencies = Float64Array.from({ length: headDim / 2 }, (_, i) => 1 / (i + 1));
      const table = rotaryTable(frequencies, 256, 1);
      const [together, alone, plain] = [make(), make(), make()];
      const lengths: number[] = Array.from({ length: upTo(isLong ? 2 : 4) }, () => 0);
      for (let step = 0; step < 2; step++) {
        // more than one page of 64 tokens now and then
        const segments = anySegments(lengths, isLong ? 100 : 12);
        const tokens = segments.reduce((sum, { count }) => sum + count, 0);
        const width = kvHeads * headDim;
        const query = normals(tokens * heads * headDim).map((value) => value * 2);
        const [key, value] = [normals(tokens * width), normals(tokens * width)];
        if (random.integer(6) === 0) spoil(floats ? chosen(query, key, value) : query);
        const attend = (cache: KvCache, some: readonly Segment[], from: number, to: number) =>
          tidy(() => {
            const part = (x: Float32Array, channels: number): Tensor2D =>
              tensor2d(x.slice(from * channels, to * channels), [to - from, channels]);
            const [q, k, v] = [part(query, heads * headDim), part(key, width), part(value, width)];
            const attributes = { cache, layer: 0, segments: some, heads, table };
            return (cachedAttention(q, k, v, attributes).dataSync() as Float32Array).slice();
          });
        const attended = attend(together, segments, 0, tokens);
        let first = 0;
        for (const segment of segments) {
          const { slot, start, count } = segment;
          lengths[slot] = start + count;
          const own = attended.subarray(first * heads * headDim, (first + count) * heads * headDim);
          expect(attend(alone, [segment], first, first + count)).toEqual(own);
          const wanted = wantedOf(own.length);
          for (let t = 0; t < count; t++) {
            // what is in a window changes with every token
            const token = (x: Float32Array) =>
              x.slice((first + t) * width, (first + t + 1) * width);
            plain.append(slot, 0, token(key), token(value));
            const seen = start + t + 1;
            const [keys, values] = (['keys', 'values'] as const).map((half) =>
              plain.read(slot, 0, half, table),
            ) as [Float32Array, Float32Array];
            for (let head = 0; head < heads; head++) {
              const at = (t * heads + head) * headDim;
              const from = first * heads * headDim + at;
              const kvHead = Math.floor(head / group) * seen * headDim;
              attendTo(
                query.subarray(from, from + headDim),
                keys.subarray(kvHead, kvHead + seen * headDim),
                values.subarray(kvHead, kvHead + seen * headDim),
                seen,
                {
                  values: wanted.values.subarray(at, at + headDim),
                  room: wanted.room.subarray(at, at + headDim),
                },
              );
            }
          }
          expectWithin(own, wanted, { ...shape, scheme, ...segment }, { anyKind: true });
          first += count;
        }
      }
      for (const cache of [together, alone, plain]) cache.dispose();
    }
  });

  it.each([1, 2])('gives no numbers to infinite queries, %i at a time', (count) => {
    const [query, ones] = [new Float32Array(count * 8), new Float32Array(count * 8).fill(1)];
    const cache = new KvCache({ layers: 1, kvHeads: 1, headDim: 8 });
    const segments = [{ slot: 0, start: 0, count }];
    for (const infinite of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      query.fill(infinite);
      const attended = tidy(() => {
        const [q, k] = [query, ones].map((x) => tensor2d(x, [count, 8])) as [Tensor2D, Tensor2D];
        return cachedAttention(q, k, k, { cache, layer: 0, segments, heads: 1 }).dataSync();
      });
      expect([...attended].every(Number.isNaN)).toBe(true);
      cache.reset(0);
    }
    cache.dispose();
  });
});
