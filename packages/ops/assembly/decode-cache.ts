// Codes of the cache as floats, in WebAssembly SIMD; compiled with attention.ts, which exports them.

/** Codes are unsigned, with a zero point; signed, without one; unsigned above a minimum in float. */
const SIGNED = 1;
const MINIMUM = 2;

/**
 * x̂ = scale · (code - zero), or scale · code + minimum, for `count` tokens of one head.
 * @param codes `[count, bytesPerToken]`, a little-endian bit stream per token
 * @param parameters `[count, groups, 2]`: scale and zero, or minimum
 * @param kind 0, SIGNED or MINIMUM
 * @param levels scratch for 256 floats
 */
export function decodeTokens(
  codes: usize,
  bytesPerToken: i32,
  parameters: usize,
  bits: i32,
  kind: i32,
  headDim: i32,
  groupSize: i32,
  count: i32,
  levels: usize,
  output: usize,
): void {
  const groups = headDim / groupSize;
  let out = output;
  let parameter = parameters;
  for (let t = 0; t < count; t++) {
    const token = codes + <usize>t * <usize>bytesPerToken;
    for (let g = 0; g < groups; g++, parameter += 8) {
      const scale = load<f32>(parameter);
      const second = load<f32>(parameter + 4);
      const first = g * groupSize * bits;
      if (bits == 4 && kind == 0 && (groupSize & 15) == 0) {
        decode4(token + <usize>(first >> 3), scale, second, groupSize, out);
      } else if (bits == 8 && kind == 0 && (groupSize & 3) == 0) {
        decode8(token + <usize>(first >> 3), scale, second, groupSize, out);
      } else if (bits < 4 && kind == 0 && (groupSize & 7) == 0) {
        decodeNarrow(token + <usize>(first >> 3), bits, scale, second, groupSize, out);
      } else {
        const zero: f32 = kind == MINIMUM ? 0 : second;
        const minimum: f32 = kind == MINIMUM ? second : 0;
        decodeAny(token, first, scale, zero, minimum, bits, kind == SIGNED, groupSize, levels, out);
      }
      out += (<usize>groupSize) << 2;
    }
  }
}

/**
 * x̂ = scale · element(code) for `count` tokens of one head.
 * @param codes `[count, bytesPerToken]`, two or one a byte, the low half first
 * @param scales `[count, groups]`, as powers of two in a byte (E8M0) or as float32
 * @param scaleBytes 1 or 4
 * @param bits 4 or 8
 * @param elements by code
 */
export function decodeFloats(
  codes: usize,
  bytesPerToken: i32,
  scales: usize,
  scaleBytes: i32,
  bits: i32,
  headDim: i32,
  groupSize: i32,
  count: i32,
  elements: usize,
  output: usize,
): void {
  let at = scales;
  let out = output;
  for (let t = 0; t < count; t++) {
    const token = codes + <usize>t * <usize>bytesPerToken;
    for (let i = 0; i < headDim; at += scaleBytes) {
      const scale = scaleBytes == 1 ? powerOfTwo(load<u8>(at)) : load<f32>(at);
      for (const end = i + groupSize; i < end; i++, out += 4) {
        const byte = <i32>load<u8>(token + <usize>((i * bits) >> 3));
        const code = bits == 8 ? byte : (byte >> ((i & 1) << 2)) & 15;
        store<f32>(out, scale * load<f32>(elements + ((<usize>code) << 2)));
      }
    }
  }
}

/** 2^(code - 127); 255 is NaN, and 0 the one power below the normal numbers. */
// @ts-expect-error: decorator
@inline
function powerOfTwo(code: u8): f32 {
  if (code == 255) return f32.NaN;
  return code == 0 ? reinterpret<f32>(0x00400000) : reinterpret<f32>(<u32>code << 23);
}

/**
 * x̂ = scale[c] · (code - zero[c]) + offset[c] for `count` tokens of one head.
 * @param codes `[count, bytesPerToken]`, a little-endian bit stream per token
 * @param scales `[headDim]`, as zeros and offsets
 * @param levels scratch for 256 floats
 */
export function decodeChannels(
  codes: usize,
  bytesPerToken: i32,
  scales: usize,
  zeros: usize,
  offsets: usize,
  bits: i32,
  kind: i32,
  headDim: i32,
  count: i32,
  levels: usize,
  output: usize,
): void {
  const row: usize = (<usize>headDim) << 2;
  const vectors: usize = row & ~15;
  let out = output;
  for (let t = 0; t < count; t++, out += row) {
    const token = codes + <usize>t * <usize>bytesPerToken;
    // The codes as floats first, whatever their width, then all channels alike.
    if (bits == 4 && kind != SIGNED && (headDim & 15) == 0) decode4(token, 1, 0, headDim, out);
    else if (bits == 8 && kind != SIGNED && (headDim & 3) == 0) decode8(token, 1, 0, headDim, out);
    else if (bits < 4 && kind != SIGNED && (headDim & 7) == 0) decodeNarrow(token, bits, 1, 0, headDim, out);
    else decodeAny(token, 0, 1, 0, 0, bits, kind == SIGNED, headDim, levels, out);
    let i: usize = 0;
    for (; i < vectors; i += 16) {
      const above = f32x4.sub(v128.load(out + i), v128.load(zeros + i));
      v128.store(out + i, f32x4.add(f32x4.mul(v128.load(scales + i), above), v128.load(offsets + i)));
    }
    for (; i < row; i += 4) {
      const above = load<f32>(out + i) - load<f32>(zeros + i);
      store<f32>(out + i, load<f32>(scales + i) * above + load<f32>(offsets + i));
    }
  }
}

/** Sixteen 4-bit codes from eight bytes at a time. */
// @ts-expect-error: decorator
@inline
function decode4(codes: usize, scale: f32, zero: f32, count: i32, output: usize): void {
  const s = f32x4.splat(scale);
  const z = f32x4.splat(zero);
  const mask = i8x16.splat(15);
  for (let i = 0; i < count; i += 16) {
    const packed = v128.load64_zero(codes + <usize>(i >> 1));
    const low = v128.and(packed, mask);
    const high = i8x16.shr_u(packed, 4);
    const bytes = i8x16.shuffle(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const left = i16x8.extend_low_i8x16_u(bytes);
    const right = i16x8.extend_high_i8x16_u(bytes);
    const at = output + ((<usize>i) << 2);
    v128.store(at, level(i32x4.extend_low_i16x8_u(left), s, z));
    v128.store(at + 16, level(i32x4.extend_high_i16x8_u(left), s, z));
    v128.store(at + 32, level(i32x4.extend_low_i16x8_u(right), s, z));
    v128.store(at + 48, level(i32x4.extend_high_i16x8_u(right), s, z));
  }
}

// @ts-expect-error: decorator
@inline
function decode8(codes: usize, scale: f32, zero: f32, count: i32, output: usize): void {
  const s = f32x4.splat(scale);
  const z = f32x4.splat(zero);
  for (let i = 0; i < count; i += 4) {
    const bytes = v128.load32_zero(codes + <usize>i);
    const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
    v128.store(output + ((<usize>i) << 2), level(words, s, z));
  }
}

/**
 * Eight codes of 2 or 3 bits from as many bytes as a code has bits. A lane's code is moved to the top of its word by a product
 * with a power of two, since SIMD shifts all lanes alike, and down again by one shift.
 */
function decodeNarrow(codes: usize, bits: i32, scale: f32, zero: f32, count: i32, output: usize): void {
  const s = f32x4.splat(scale);
  const z = f32x4.splat(zero);
  const down = 32 - bits;
  const first = i32x4(1 << down, 1 << (down - bits), 1 << (down - 2 * bits), 1 << (down - 3 * bits));
  const second = i32x4.shr_u(first, 4 * bits);
  let at = codes;
  let out = output;
  for (let i = 0; i < count; i += 8, at += bits, out += 32) {
    let word = <i32>load<u16>(at);
    if (bits == 3) word |= (<i32>load<u8>(at + 2)) << 16;
    const words = i32x4.splat(word);
    v128.store(out, level(i32x4.shr_u(i32x4.mul(words, first), down), s, z));
    v128.store(out + 16, level(i32x4.shr_u(i32x4.mul(words, second), down), s, z));
  }
}

/** Any width, any alignment: few levels, so each is looked up instead of computed. */
function decodeAny(
  token: usize,
  firstBit: i32,
  scale: f32,
  zero: f32,
  minimum: f32,
  bits: i32,
  signed: bool,
  count: i32,
  levels: usize,
  output: usize,
): void {
  const mask = (1 << bits) - 1;
  const half = 1 << (bits - 1);
  for (let code = 0; code <= mask; code++) {
    const value = signed && code >= half ? code - 2 * half : code;
    store<f32>(levels + ((<usize>code) << 2), scale * (<f32>value - zero) + minimum);
  }
  for (let i = 0; i < count; i++) {
    const bit = firstBit + i * bits;
    let word = <i32>load<u8>(token + <usize>(bit >> 3));
    if ((bit & 7) + bits > 8) word |= (<i32>load<u8>(token + <usize>(bit >> 3) + 1)) << 8;
    const code = (word >> (bit & 7)) & mask;
    store<f32>(output + ((<usize>i) << 2), load<f32>(levels + ((<usize>code) << 2)));
  }
}

// @ts-expect-error: decorator
@inline
function level(code: v128, scale: v128, zero: v128): v128 {
  return f32x4.mul(scale, f32x4.sub(f32x4.convert_i32x4_s(code), zero));
}
