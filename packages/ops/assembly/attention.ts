// The inner loops of attention in WebAssembly SIMD. Pointers are byte addresses into the module's imported memory.
// Sums run in a fixed order, so a result is a function of its inputs alone. A head has a multiple of 4 channels.

export { decodeChannels, decodeFloats, decodeTokens } from './decode-cache';

/** scores[g · stride + t] = scale · ⟨query g, key t⟩ for `count` keys `[count, headDim]`, four keys at a time. */
export function scoreKeys(
  query: usize,
  keys: usize,
  count: i32,
  headDim: i32,
  group: i32,
  scale: f32,
  scores: usize,
  stride: i32,
): void {
  const row: usize = (<usize>headDim) << 2;
  for (let g = 0; g < group; g++) {
    const q = query + <usize>g * row;
    const out = scores + ((<usize>g * <usize>stride) << 2);
    let t = 0;
    for (; t + 3 < count; t += 4) {
      const k0 = keys + <usize>t * row;
      const k1 = k0 + row;
      const k2 = k1 + row;
      const k3 = k2 + row;
      let a = f32x4.splat(0);
      let b = f32x4.splat(0);
      let c = f32x4.splat(0);
      let d = f32x4.splat(0);
      for (let i: usize = 0; i < row; i += 16) {
        const x = v128.load(q + i);
        a = f32x4.add(a, f32x4.mul(x, v128.load(k0 + i)));
        b = f32x4.add(b, f32x4.mul(x, v128.load(k1 + i)));
        c = f32x4.add(c, f32x4.mul(x, v128.load(k2 + i)));
        d = f32x4.add(d, f32x4.mul(x, v128.load(k3 + i)));
      }
      const at = out + ((<usize>t) << 2);
      store<f32>(at, sum(a) * scale);
      store<f32>(at + 4, sum(b) * scale);
      store<f32>(at + 8, sum(c) * scale);
      store<f32>(at + 12, sum(d) * scale);
    }
    for (; t < count; t++) {
      const k = keys + <usize>t * row;
      let a = f32x4.splat(0);
      for (let i: usize = 0; i < row; i += 16) a = f32x4.add(a, f32x4.mul(v128.load(q + i), v128.load(k + i)));
      store<f32>(out + ((<usize>t) << 2), sum(a) * scale);
    }
  }
}

/** output[g] += Σ_t weights[g · stride + t] · value t for `count` values `[count, headDim]`. */
export function addValues(
  values: usize,
  count: i32,
  headDim: i32,
  group: i32,
  weights: usize,
  stride: i32,
  output: usize,
): void {
  const row: usize = (<usize>headDim) << 2;
  for (let g = 0; g < group; g++) {
    const w = weights + ((<usize>g * <usize>stride) << 2);
    const out = output + <usize>g * row;
    let i: usize = 0;
    for (; i + 64 <= row; i += 64) {
      let a = v128.load(out + i);
      let b = v128.load(out + i + 16);
      let c = v128.load(out + i + 32);
      let d = v128.load(out + i + 48);
      let v = values + i;
      for (let t = 0; t < count; t++, v += row) {
        const weight = v128.load32_splat(w + ((<usize>t) << 2));
        a = f32x4.add(a, f32x4.mul(weight, v128.load(v)));
        b = f32x4.add(b, f32x4.mul(weight, v128.load(v + 16)));
        c = f32x4.add(c, f32x4.mul(weight, v128.load(v + 32)));
        d = f32x4.add(d, f32x4.mul(weight, v128.load(v + 48)));
      }
      v128.store(out + i, a);
      v128.store(out + i + 16, b);
      v128.store(out + i + 32, c);
      v128.store(out + i + 48, d);
    }
    for (; i < row; i += 16) {
      let a = v128.load(out + i);
      let v = values + i;
      for (let t = 0; t < count; t++, v += row) {
        a = f32x4.add(a, f32x4.mul(v128.load32_splat(w + ((<usize>t) << 2)), v128.load(v)));
      }
      v128.store(out + i, a);
    }
  }
}

/** Softmax of `count` scores in place; up to three elements behind them are overwritten. */
export function softmax(scores: usize, count: i32): void {
  const end = scores + ((<usize>count) << 2);
  const padded = scores + ((<usize>((count + 3) & ~3)) << 2);
  for (let at = end; at < padded; at += 4) store<f32>(at, -1e30);
  let high = f32x4.splat(-1e30);
  for (let at = scores; at < padded; at += 16) high = f32x4.max(high, v128.load(at));
  const highest = f32x4.splat(
    max(
      max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1)),
      max(f32x4.extract_lane(high, 2), f32x4.extract_lane(high, 3)),
    ),
  );
  let total = f32x4.splat(0);
  for (let at = scores; at < padded; at += 16) {
    const weight = exponential(f32x4.sub(v128.load(at), highest));
    total = f32x4.add(total, weight);
    v128.store(at, weight);
  }
  const share = f32x4.splat(<f32>1 / sum(total));
  for (let at = scores; at < padded; at += 16) v128.store(at, f32x4.mul(v128.load(at), share));
}

/**
 * Rotary embedding of `count` keys `[count, headDim]`, channel i with channel i + headDim / 2; output may be the keys.
 * @param cosines `[count, headDim / 2]`, as sines: the angles of the keys' positions
 */
export function rotateKeys(
  keys: usize,
  count: i32,
  headDim: i32,
  cosines: usize,
  sines: usize,
  output: usize,
): void {
  const half: usize = (<usize>headDim) << 1;
  const vectors: usize = half & ~15;
  let from = keys;
  let to = output;
  let angle: usize = 0;
  for (let t = 0; t < count; t++, from += 2 * half, to += 2 * half, angle += half) {
    let i: usize = 0;
    for (; i < vectors; i += 16) {
      const a = v128.load(from + i);
      const b = v128.load(from + half + i);
      const cosine = v128.load(cosines + angle + i);
      const sine = v128.load(sines + angle + i);
      v128.store(to + i, f32x4.sub(f32x4.mul(a, cosine), f32x4.mul(b, sine)));
      v128.store(to + half + i, f32x4.add(f32x4.mul(b, cosine), f32x4.mul(a, sine)));
    }
    for (; i < half; i += 4) {
      const a = load<f32>(from + i);
      const b = load<f32>(from + half + i);
      const cosine = load<f32>(cosines + angle + i);
      const sine = load<f32>(sines + angle + i);
      store<f32>(to + i, a * cosine - b * sine);
      store<f32>(to + half + i, b * cosine + a * sine);
    }
  }
}

// @ts-expect-error: decorator
@inline
function sum(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** eˣ for x ≤ 0 to about one unit in the last place: 2ⁿ · eʳ, |r| ≤ ln 2 / 2, eʳ by its Taylor series of degree 7. */
// @ts-expect-error: decorator
@inline
function exponential(x: v128): v128 {
  const bounded = f32x4.max(x, f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.4426950408889634)));
  // ln 2 in two parts, so that n · ln 2 is exact enough.
  let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.0 / 5040);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 720));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 120));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 24));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 6));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}
