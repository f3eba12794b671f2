// Products with packed codes in WebAssembly SIMD. Pointers are byte addresses into the module's imported memory.
//
// A panel is 16 outputs. Its codes lie in blocks of 8 inputs, `bits` vectors each: planes of 8, 4, 2 and 1 bits, whichever the
// width is made of, low bits of the codes first. In a vector of a plane of w bits byte o is of output o, and holds 8 / w inputs.
//
// An element of the product is Σ over segments of scale · Σ over inputs of x · (code - zero), both sums in order. A segment is a
// group, or a part of it of 256 inputs, so an element is a function of its row and its weights alone, to the bit.

/** Inputs that are decoded at a time, at most; what they decode to stays in the first-level cache. */
const SEGMENT = 256;
/** Bytes of 16 floats. */
const ROW: usize = 64;
/** Upper half of 32768 in float32, where the byte below counts units. */
const OFFSET: i16 = 0x4700;

/**
 * y = x Ŵᵀ for the outputs of `panels` panels.
 * @param x `[rows, groups · groupDepth]`
 * @param codes `[panels, groups, groupDepth / 8, bits, 16]` bytes
 * @param scales `[panels, groups, 16]`
 * @param zeros as scales, each plus 32768
 * @param zeroStep bytes from one group's zeros to the next one's: 0 where all share them
 * @param levels upper halves of the floats that codes of 4 bits stand for, all low bytes, then all high bytes; 0 for integers
 * @param scratch 20 KiB
 * @param y `[rows, 16 · panels]`
 */
export function multiply(
  x: usize,
  rows: i32,
  codes: usize,
  bits: i32,
  panels: i32,
  groups: i32,
  groupDepth: i32,
  scales: usize,
  zeros: usize,
  zeroStep: usize,
  levels: usize,
  scratch: usize,
  y: usize,
): void {
  const xRow: usize = <usize>(groups * groupDepth) << 2;
  const yRow: usize = ROW * <usize>panels;
  const decoded = scratch + 16 * SEGMENT;
  memory.fill(y, 0, yRow * <usize>rows);
  for (let panel = 0; panel < panels; panel++, y += ROW) {
    let input = x;
    for (let group = 0; group < groups; group++, scales += ROW, zeros += zeroStep) {
      for (let start = 0; start < groupDepth; start += SEGMENT) {
        const count = min(SEGMENT, groupDepth - start);
        let bytes = codes;
        if (bits < 8) {
          bytes = scratch;
          unpack(codes, bits, count, scratch);
        }
        if (rows == 1) {
          if (levels) addRowOfLevels(input, bytes, count, levels, scales, y);
          else addRow(input, bytes, count, zeros, scales, y);
        } else {
          if (levels) decodeLevels(bytes, count, levels, decoded);
          else decode(bytes, count, zeros, decoded);
          addRows(input, xRow, rows, decoded, count, scales, y, yRow);
        }
        codes += <usize>(2 * bits * count);
        input += <usize>count << 2;
      }
    }
  }
}

// Functions of their own, so that loops keep their values in registers.

function addRow(x: usize, bytes: usize, count: i32, zeros: usize, scales: usize, y: usize): void {
  addRowFrom(false, x, bytes, count, zeros, scales, y);
}

function addRowOfLevels(x: usize, bytes: usize, count: i32, levels: usize, scales: usize, y: usize): void {
  addRowFrom(true, x, bytes, count, levels, scales, y);
}

function decode(bytes: usize, count: i32, zeros: usize, output: usize): void {
  decodeFrom(false, bytes, count, zeros, output);
}

function decodeLevels(bytes: usize, count: i32, levels: usize, output: usize): void {
  decodeFrom(true, bytes, count, levels, output);
}

/** Codes of `count` inputs as bytes `[count, 16]`. */
function unpack(codes: usize, bits: i32, count: i32, output: usize): void {
  switch (bits) {
    case 2:
      return unpackAs(2, codes, count, output);
    case 3:
      return unpackAs(3, codes, count, output);
    case 4:
      return unpackAs(4, codes, count, output);
    case 5:
      return unpackAs(5, codes, count, output);
    case 6:
      return unpackAs(6, codes, count, output);
    default:
      return unpackAs(7, codes, count, output);
  }
}

// @ts-expect-error: decorator
@inline
function unpackAs(bits: i32, codes: usize, count: i32, output: usize): void {
  for (let i = 0; i < count; i += 8, codes += 16 * bits, output += 128) {
    v128.store(output, codeOf(0, bits, codes));
    v128.store(output, codeOf(1, bits, codes), 16);
    v128.store(output, codeOf(2, bits, codes), 32);
    v128.store(output, codeOf(3, bits, codes), 48);
    v128.store(output, codeOf(4, bits, codes), 64);
    v128.store(output, codeOf(5, bits, codes), 80);
    v128.store(output, codeOf(6, bits, codes), 96);
    v128.store(output, codeOf(7, bits, codes), 112);
  }
}

/** The codes of input i of a block, put together from its planes. */
// @ts-expect-error: decorator
@inline
function codeOf(i: i32, bits: i32, block: usize): v128 {
  const low = bits & 4 ? 4 : bits & 2;
  let code = fromPlane(i, low, 0, block);
  if (bits > 5) code = v128.or(code, fromPlane(i, 2, 4, block + 64));
  if (bits & 1) code = v128.or(code, fromPlane(i, 1, bits - 1, block + <usize>(16 * (bits - 1))));
  return code;
}

/** Input i's bits of a plane of `width`, moved to bit `to`. Bytes have no shifts of their own; the mask cuts what came from neighbours. */
// @ts-expect-error: decorator
@inline
function fromPlane(i: i32, width: i32, to: i32, plane: usize): v128 {
  const perByte = 8 / width;
  const vector = v128.load(plane + <usize>(16 * (i / perByte)));
  const right = width * (i % perByte) - to;
  const moved = right > 0 ? i16x8.shr_u(vector, right) : right < 0 ? i16x8.shl(vector, -right) : vector;
  const mask = ((1 << width) - 1) << to;
  return v128.and(moved, i8x16.splat(<i8>mask));
}

/**
 * One row: y += scale · Σ x · (code - zero), codes made floats in registers.
 * @param table zeros of 16 outputs, or levels
 */
// @ts-expect-error: decorator
@inline
function addRowFrom(isLevels: bool, x: usize, bytes: usize, count: i32, table: usize, scales: usize, y: usize): void {
  const t0 = v128.load(table);
  const t1 = v128.load(table, 16);
  const t2 = v128.load(table, 32);
  const t3 = v128.load(table, 48);
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  for (const end = bytes + <usize>(16 * count); bytes < end; bytes += 16, x += 4) {
    const code = v128.load(bytes);
    const value = v128.load32_splat(x);
    const lower = isLevels ? i8x16.swizzle(t0, code) : i8x16.splat(0);
    const upper = isLevels ? i8x16.swizzle(t1, code) : code;
    const low = lowBytes(lower, upper);
    const high = highBytes(lower, upper);
    a0 = f32x4.add(a0, f32x4.mul(value, lowFloats(isLevels, low, t0)));
    a1 = f32x4.add(a1, f32x4.mul(value, highFloats(isLevels, low, t1)));
    a2 = f32x4.add(a2, f32x4.mul(value, lowFloats(isLevels, high, t2)));
    a3 = f32x4.add(a3, f32x4.mul(value, highFloats(isLevels, high, t3)));
  }
  addScaled(y, a0, scales);
  addScaled(y + 16, a1, scales + 16);
  addScaled(y + 32, a2, scales + 32);
  addScaled(y + 48, a3, scales + 48);
}

/**
 * code - zero of bytes `[count, 16]`, or the levels that they stand for, as floats `[count, 16]`.
 * @param table zeros of 16 outputs, or levels
 */
// @ts-expect-error: decorator
@inline
function decodeFrom(isLevels: bool, bytes: usize, count: i32, table: usize, output: usize): void {
  const t0 = v128.load(table);
  const t1 = v128.load(table, 16);
  const t2 = v128.load(table, 32);
  const t3 = v128.load(table, 48);
  for (const end = bytes + <usize>(16 * count); bytes < end; bytes += 16, output += ROW) {
    const code = v128.load(bytes);
    const lower = isLevels ? i8x16.swizzle(t0, code) : i8x16.splat(0);
    const upper = isLevels ? i8x16.swizzle(t1, code) : code;
    const low = lowBytes(lower, upper);
    const high = highBytes(lower, upper);
    v128.store(output, lowFloats(isLevels, low, t0));
    v128.store(output, highFloats(isLevels, low, t1), 16);
    v128.store(output, lowFloats(isLevels, high, t2), 32);
    v128.store(output, highFloats(isLevels, high, t3), 48);
  }
}

/** Many rows: y += scale · x W for weights `[count, 16]` that are decoded. */
function addRows(
  x: usize,
  xRow: usize,
  rows: i32,
  weights: usize,
  count: i32,
  scales: usize,
  y: usize,
  yRow: usize,
): void {
  let row = 0;
  for (; row + 3 < rows; row += 4, x += 4 * xRow, y += 4 * yRow) {
    addTile(x, xRow, weights, count, scales, y, yRow);
    addTile(x, xRow, weights + 32, count, scales + 32, y + 32, yRow);
  }
  for (; row < rows; row++, x += xRow, y += yRow) addDecodedRow(x, weights, count, scales, y);
}

/** Four rows and eight outputs. */
function addTile(x: usize, xRow: usize, weights: usize, count: i32, scales: usize, y: usize, yRow: usize): void {
  let x1 = x + xRow;
  let x2 = x1 + xRow;
  let x3 = x2 + xRow;
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  for (const end = weights + ROW * <usize>count; weights < end; weights += ROW) {
    const w0 = v128.load(weights);
    const w1 = v128.load(weights, 16);
    const v0 = v128.load32_splat(x);
    a0 = f32x4.add(a0, f32x4.mul(v0, w0));
    a1 = f32x4.add(a1, f32x4.mul(v0, w1));
    const v1 = v128.load32_splat(x1);
    b0 = f32x4.add(b0, f32x4.mul(v1, w0));
    b1 = f32x4.add(b1, f32x4.mul(v1, w1));
    const v2 = v128.load32_splat(x2);
    c0 = f32x4.add(c0, f32x4.mul(v2, w0));
    c1 = f32x4.add(c1, f32x4.mul(v2, w1));
    const v3 = v128.load32_splat(x3);
    d0 = f32x4.add(d0, f32x4.mul(v3, w0));
    d1 = f32x4.add(d1, f32x4.mul(v3, w1));
    x += 4;
    x1 += 4;
    x2 += 4;
    x3 += 4;
  }
  addScaled(y, a0, scales);
  addScaled(y + 16, a1, scales + 16);
  y += yRow;
  addScaled(y, b0, scales);
  addScaled(y + 16, b1, scales + 16);
  y += yRow;
  addScaled(y, c0, scales);
  addScaled(y + 16, c1, scales + 16);
  y += yRow;
  addScaled(y, d0, scales);
  addScaled(y + 16, d1, scales + 16);
}

/** One row and sixteen outputs. */
function addDecodedRow(x: usize, weights: usize, count: i32, scales: usize, y: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  for (const end = weights + ROW * <usize>count; weights < end; weights += ROW, x += 4) {
    const value = v128.load32_splat(x);
    a0 = f32x4.add(a0, f32x4.mul(value, v128.load(weights)));
    a1 = f32x4.add(a1, f32x4.mul(value, v128.load(weights, 16)));
    a2 = f32x4.add(a2, f32x4.mul(value, v128.load(weights, 32)));
    a3 = f32x4.add(a3, f32x4.mul(value, v128.load(weights, 48)));
  }
  addScaled(y, a0, scales);
  addScaled(y + 16, a1, scales + 16);
  addScaled(y + 32, a2, scales + 32);
  addScaled(y + 48, a3, scales + 48);
}

/**
 * Four words as floats: the upper half of a level, or a code in the middle of 32768's mantissa, less its zero, which is as
 * much higher.
 */
// @ts-expect-error: decorator
@inline
function lowFloats(isLevels: bool, words: v128, zeros: v128): v128 {
  return isLevels
    ? lowWords(i16x8.splat(0), words)
    : f32x4.sub(lowWords(words, i16x8.splat(OFFSET)), zeros);
}

// @ts-expect-error: decorator
@inline
function highFloats(isLevels: bool, words: v128, zeros: v128): v128 {
  return isLevels
    ? highWords(i16x8.splat(0), words)
    : f32x4.sub(highWords(words, i16x8.splat(OFFSET)), zeros);
}

// @ts-expect-error: decorator
@inline
function addScaled(y: usize, sums: v128, scales: usize): void {
  v128.store(y, f32x4.add(v128.load(y), f32x4.mul(v128.load(scales), sums)));
}

/** Bytes of a and b in turn, of their lower halves. */
// @ts-expect-error: decorator
@inline
function lowBytes(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-expect-error: decorator
@inline
function highBytes(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** 16-bit words of a and b in turn, of their lower halves. */
// @ts-expect-error: decorator
@inline
function lowWords(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-expect-error: decorator
@inline
function highWords(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
