// Products of packed weights with floats, in integers: an input is three digits of eight bits.
//
// Within a piece of a group, 256 inputs at most, x is step * (65536 d2 + 256 d1 + d0) with signed bytes d and a step of the largest
// |x| / 8355710, so that x is off by 2^-24 of the largest at most: about what adding up products in float32 loses. Sums of products
// of codes and digits are exact, and floats hold them; with u the code as it is stored, m the middle code and z the zero from there
//
//   y = sum over pieces of step * scale * (T - z X),  T = 65536 T2 + 256 T1 + T0,  Ti = sum di u - m Xi,  Xi = sum di.
//
// Where four products of bytes and their sum are one instruction, float32 takes four and has to look up what codes stand for: three
// digits cost less than floats do. Where they are two, that holds for codes of few bits (docs/decisions/0008).
#pragma once
#include "byte-products.h"
#include "rounded-inputs.h"

namespace {

constexpr int digitsOfInput = 3;

/** Whether digits are faster than floats for codes of so many bits. */
constexpr bool digitsServe(int bits) {
#if defined(THINKBITS_DOT)
  return (void)bits, true;
#else
  return sumsShorts(bits);
#endif
}

/** What the largest input of a piece becomes: one below the largest number of three digits, since it may be rounded up. */
constexpr float mostSteps = 127 * 65536 + 127 * 256 + 126;
/** The largest input of a piece counts as this at least: below it steps would be no normal numbers. */
constexpr float leastLargest = 1e-30f;

#if THINKBITS_WIDTH == 16
constexpr int digitTileRows = 4;
#else
constexpr int digitTileRows = 2;
#endif

#if defined(THINKBITS_SHORT_SUMS)
/** Blocks of a piece at most: as many as are written out, so that sums need not be kept in between. */
constexpr int64_t pieceBlocks = 2;
/** Sums of a row's products that are held in 32 bits: 256 T1 + T0, and T2. */
constexpr int sumsOfRow = 2;
#else
/** Blocks of a piece at most: sums of products, of 128 * 128 at most, stay within 2^22. */
constexpr int64_t pieceBlocks = 8;
constexpr int sumsOfRow = digitsOfInput;

/**
 * The bits of 1.5 * 2^23 * 256^i: an integer within 2^22 added to them counts units of 256^i. Sums of products start there, so that what
 * they end with is read as a float.
 */
constexpr int32_t startOf(int digit) { return 0x4b400000 + (8 * digit << 23); }
constexpr float startAsFloat = 12582912.0f;
#endif

/** Where the sums of a row's products start: -m X of each digit's sum X. */
THINKBITS_INLINE void startSums(int32_t minusMiddle, const int32_t* sums, int32_t* starts) {
#if defined(THINKBITS_SHORT_SUMS)
  starts[0] = minusMiddle * (256 * sums[1] + sums[0]);
  starts[1] = minusMiddle * sums[2];
#else
  for (int i = 0; i < digitsOfInput; i++) starts[i] = startOf(i) + minusMiddle * sums[i];
#endif
}

/** Pieces of a row. */
int64_t piecesOf(const PackedLinear& linear) {
  const int64_t blocks = linear.groupDepth / blockInputs;
  return linear.groups * ((blocks + pieceBlocks - 1) / pieceBlocks);
}

/** Calls f(first block, blocks, group) for each piece. */
template <class F>
THINKBITS_INLINE void forPieces(const PackedLinear& linear, F f) {
  const int64_t blocks = linear.groupDepth / blockInputs;
  for (int64_t group = 0; group < linear.groups; group++)
    for (int64_t block = 0; block < blocks; block += pieceBlocks) f(group * blocks + block, blocks - block < pieceBlocks ? blocks - block : pieceBlocks, group);
}

/** Words of a row: digits, and of each piece where its sums start, X and the step. */
int64_t digitWidth(const PackedLinear& linear) { return digitsOfInput * linear.depth / 4 + (sumsOfRow + 2) * piecesOf(linear); }

/** Digits of a piece, those of an input in a word, the lowest first; returns the step. `sums` are those of each digit. */
THINKBITS_INLINE float splitPiece(const float* x, int64_t count, int32_t* words, int32_t* sums) {
  const auto larger = [](IntVector a, IntVector b) { return a > b ? a : b; };
  // by its bits what is no number is larger than all numbers
  IntVector largest = {};
  for (int64_t k = 0; k < count; k += W) {
    const IntVector size = (IntVector)load(x + k) & 0x7fffffff;
    largest = larger(size, largest);
  }
  const int32_t bits = foldLanes(largest, larger);
  float most;
  memcpy(&most, &bits, sizeof most);
  if (bits >= 0x7f800000) {
    // the step makes of the row what floats would, no number
    memset(words, 0, count * sizeof *words);
    for (int i = 0; i < digitsOfInput; i++) sums[i] = 0;
    return __builtin_nanf("");
  }
  most = most > leastLargest ? most : leastLargest;
  const Vector inverse = splat(mostSteps / most);
  // with 128 added to each digit they are the bytes of a word; sums of 256 such bytes fit 16 bits
  const IntVector bias = splatInteger(0x00808080);
  IntVector even = {}, odd = {};
  for (int64_t k = 0; k < count; k += W) {
    const IntVector biased = roundToInt(load(x + k) * inverse) + bias;
    even += (IntVector)everyOther((WordVector)biased, 0);
    odd += (IntVector)everyOther((WordVector)biased, 1);
    const IntVector digits = biased ^ bias;
    memcpy(words + k, &digits, sizeof digits);
  }
  const auto add = [](IntVector a, IntVector b) { return a + b; };
  const uint32_t evenSums = foldLanes(even, add), oddSums = foldLanes(odd, add);
  const int32_t biases = 128 * static_cast<int32_t>(count);
  sums[0] = static_cast<int32_t>(evenSums & 0xffff) - biases;
  sums[1] = static_cast<int32_t>(oddSums & 0xffff) - biases;
  sums[2] = static_cast<int32_t>(evenSums >> 16) - biases;
  return most / mostSteps;
}

/** Word r of `Count` that four times as many inputs make: those r, r + Count, r + 2 Count and r + 3 Count. */
template <int Count>
THINKBITS_INLINE FourWords everyNth(const FourWords* from, int r) {
  if constexpr (Count == 1) return from[0];
  if constexpr (Count == 2) return r ? __builtin_shufflevector(from[0], from[1], 1, 3, 5, 7) : __builtin_shufflevector(from[0], from[1], 0, 2, 4, 6);
  return FourWords{from[0][r], from[1][r], from[2][r], from[3][r]};
}

/** Lays digits of a piece, as {@link splitPiece} has them, out as one row of a tile whose steps are `stride` words apart. */
template <int Count>
void layDigits(const int32_t* words, int64_t count, int64_t stride, int32_t* out) {
  for (int64_t k = 0; k < count; k += 4 * Count) {
    FourWords inputs[Count];
    memcpy(inputs, words + k, sizeof inputs);
#pragma GCC unroll 4
    for (int r = 0; r < Count; r++, out += stride) {
      const FourWords some = everyNth<Count>(inputs, r), byDigit = fourWords<4>(reinterpret_cast<const int8_t*>(&some));
      memcpy(out, &byDigit, digitsOfInput * sizeof *out);
    }
  }
}

/** Inputs of the rows of a tile: words [blocks][8][rows][3], then by piece where sums start [rows][], X [rows] and steps [rows]. */
void arrangeDigits(const PackedLinear& linear, const float* x, int64_t rows, float* tile, float*, float* scratch) {
  const int64_t depth = linear.depth, blocks = depth / blockInputs, stride = digitsOfInput * rows;
  const int as = multipliedAs(linear.bits), count = codesOfByte(as);
  int32_t* to = reinterpret_cast<int32_t*>(tile);
  float* ordered = scratch + pieceBlocks * blockInputs;
  int32_t* words = reinterpret_cast<int32_t*>(scratch);
  for (int64_t row = 0; row < rows; row++, x += linear.in) {
    for (int64_t k = 0; linear.order && k < depth; k++) ordered[k] = linear.order[k] < 0 ? 0.0f : x[linear.order[k]];
    const float* placed = linear.order ? ordered : x;
    int32_t* parameters = to + blocks * blockSteps * stride;
    forPieces(linear, [&](int64_t block, int64_t pieces, int64_t) {
      const int64_t inputs = pieces * blockInputs;
      int32_t sums[digitsOfInput];
      const float step = splitPiece(placed + block * blockInputs, inputs, words, sums);
      int32_t* out = to + block * blockSteps * stride + row * digitsOfInput;
      if (count == 4) layDigits<4>(words, inputs, stride, out);
      else if (count == 2) layDigits<2>(words, inputs, stride, out);
      else layDigits<1>(words, inputs, stride, out);
      startSums(codeShift(as) - (1 << (linear.bits - 1)), sums, parameters + row * sumsOfRow);
      const float sum = static_cast<float>(65536.0 * sums[2] + 256.0 * sums[1] + sums[0]);
      memcpy(parameters + sumsOfRow * rows + row, &sum, sizeof sum);
      memcpy(parameters + (sumsOfRow + 1) * rows + row, &step, sizeof step);
      parameters += (sumsOfRow + 2) * rows;
    });
  }
}

#if defined(THINKBITS_SHORT_SUMS)
/** Sums of one half of a panel. */
template <int R>
struct HalfSums {
  IntVector lower[R], upper[R];

  __attribute__((always_inline)) explicit HalfSums(const int32_t* starts) {
    for (int i = 0; i < R; i++) {
      lower[i] = splatInteger(starts[i * sumsOfRow]);
      upper[i] = splatInteger(starts[i * sumsOfRow + 1]);
    }
  }
  __attribute__((always_inline)) void add(const ShortVector* digits) {
#pragma GCC unroll 16
    for (int i = 0; i < R; i++, digits += digitsOfInput) {
      lower[i] = addShorts(addShorts(lower[i], digits[0]), digits[1], 256);
      upper[i] = addShorts(upper[i], digits[2]);
    }
  }
  /** T; rounded twice. */
  __attribute__((always_inline)) Vector total(int row) const { return multiplyAdd(splat(65536.0f), toFloat(upper[row]), toFloat(lower[row])); }
};

/** T of the rows of a tile, left and right, over a piece of one block or two. */
template <int Bits, int R, bool Pair>
THINKBITS_INLINE void sumPiece(const uint32_t* block, const int32_t* x, const int32_t* starts, Vector* left, Vector* right) {
  constexpr int words = digitsOfInput * R;
  ShortVector low[words], high[words];
  HalfSums<R> a(starts), b(starts);
  sumBlock<Bits, words, (R > 1)>(block, x, low, high);
  a.add(low);
  b.add(high);
  if constexpr (Pair) {
    sumBlock<Bits, words, (R > 1)>(block + 2 * wordsOfBlock(Bits) * W, x + blockSteps * words, low, high);
    a.add(low);
    b.add(high);
  }
#pragma GCC unroll 16
  for (int i = 0; i < R; i++) {
    left[i] = a.total(i);
    right[i] = b.total(i);
  }
}

/** T of the rows of a tile, left and right, over a piece of so many blocks. */
template <int Bits, int R>
THINKBITS_INLINE void sumPiece(const uint32_t* block, const int32_t* x, int64_t count, const int32_t* starts, Vector* left, Vector* right, Ahead& ahead) {
  ahead.fetch(count);
  if (count == 2) sumPiece<Bits, R, true>(block, x, starts, left, right);
  else sumPiece<Bits, R, false>(block, x, starts, left, right);
}
#else
/** T of the sums of three digits that began at their starts; rounded twice, the rest is exact. */
THINKBITS_INLINE Vector joinDigits(const IntVector* sums) {
  const Vector high = (Vector)sums[2] - splat(startAsFloat * 65536), middle = (Vector)sums[1] - splat(startAsFloat * 256 + startAsFloat);
  return high + (middle + (Vector)sums[0]);
}

/** T of the rows of a tile, left and right, over a piece of so many blocks. */
template <int Bits, int R>
THINKBITS_INLINE void sumPiece(const uint32_t* block, const int32_t* x, int64_t count, const int32_t* starts, Vector* left, Vector* right, Ahead& ahead) {
  constexpr int sums = digitsOfInput * R, chains = R == 1 ? 2 : 1, blockWords = 2 * wordsOfBlock(Bits) * W;
  IntVector a[chains * sums], b[chains * sums];
#pragma GCC unroll 16
  for (int i = 0; i < chains * sums; i++) a[i] = b[i] = i < sums ? splatInteger(starts[i]) : IntVector{};
  for (int64_t i = 0; i < count; i++, block += blockWords, x += blockSteps * sums) {
    ahead.fetch(1);
    addBlock<Bits, sums, chains>(block, x, a, b);
  }
#pragma GCC unroll 16
  for (int i = 0; i < R; i++) {
#pragma GCC unroll 3
    for (int j = i * digitsOfInput; chains == 2 && j < (i + 1) * digitsOfInput; j++) {
      a[j] += a[(chains - 1) * sums + j];
      b[j] += b[(chains - 1) * sums + j];
    }
    left[i] = joinDigits(a + i * digitsOfInput);
    right[i] = joinDigits(b + i * digitsOfInput);
  }
}
#endif

/** y [R, 2 W] of one panel. */
template <int Bits, int R>
void digitTile(const PackedLinear& linear, const uint32_t* words, int64_t gridAt, const int32_t* tile, float* y, int64_t yRow, Ahead ahead) {
  constexpr int inputWords = digitsOfInput * R;
  const int32_t* parameters = tile + linear.depth / 4 * inputWords;
  Vector low[R] = {}, high[R] = {};
  forPieces(linear, [&](int64_t first, int64_t count, int64_t group) __attribute__((always_inline)) {
    Vector left[R], right[R];
    sumPiece<Bits, R>(words + first * 2 * wordsOfBlock(Bits) * W, tile + first * blockSteps * inputWords, count, parameters, left, right, ahead);
    const int64_t grid = gridAt + group * 2 * W;
    const Vector s0 = load(linear.scales + grid), s1 = load(linear.scales + grid + W);
    const Vector z0 = loadZeros(linear, grid), z1 = loadZeros(linear, grid + W);
    const float* ofInputs = reinterpret_cast<const float*>(parameters + sumsOfRow * R);
#pragma GCC unroll 16
    for (int i = 0; i < R; i++) {
      const Vector sum = splat(ofInputs[i]), step = splat(ofInputs[R + i]);
      low[i] = addScaled(low[i], left[i], s0 * step, z0, sum);
      high[i] = addScaled(high[i], right[i], s1 * step, z1, sum);
    }
    parameters += (sumsOfRow + 2) * R;
  });
#pragma GCC unroll 16
  for (int i = 0; i < R; i++) {
    store(y + i * yRow, low[i]);
    store(y + i * yRow + W, high[i]);
  }
}

typedef void (*DigitTile)(const PackedLinear&, const uint32_t*, int64_t gridAt, const int32_t*, float*, int64_t yRow, Ahead);

/** The tile of `rows` rows. */
template <int Bits, int R = digitTileRows>
DigitTile digitTileOf(int64_t rows) {
  if constexpr (R > 1) {
    if (rows < R) return digitTileOf<Bits, R - 1>(rows);
  }
  return digitTile<Bits, R>;
}

/** Panels [panel0, panel1) of codes of `Bits`, multiplied `As` such or decoded, for rows [row0, row1). */
template <int Bits, int As>
void digitPanels(const PackedLinear& linear, const LinearInputs& inputs, float* y, int64_t row0, int64_t row1, int64_t panel0, int64_t panel1, float* scratch) {
  uint32_t* bytes = reinterpret_cast<uint32_t*>(scratch + digitTileRows * 2 * W);
  const auto tile = [&](const uint32_t* words, int64_t panel, int64_t row, int64_t some, float* to, int64_t toRow, Ahead ahead) {
    digitTileOf<As>(some)(linear, words, panel * linear.groups * 2 * W, reinterpret_cast<const int32_t*>(inputs.tile(row0 + row)), to, toRow, ahead);
  };
  eachTile<Bits, As>(linear, y + row0 * linear.out, row1 - row0, inputs.height, panel0, panel1, scratch, bytes, [](const uint32_t*) {}, tile);
}

/** Rows that a thread goes over with panels. */
constexpr int64_t nearDigitRows = 64;

int64_t digitScratch(const PackedLinear& linear, int64_t, int64_t panels) {
  const int64_t inputs = linear.depth + pieceBlocks * blockInputs;
  const int as = multipliedAs(linear.bits);
  const int64_t product = (digitTileRows + (as == decoded || sumsShorts(as) ? linear.depth / 4 : 0)) * 2 * W;
  return panels == 0 ? inputs : product;
}

void digitProduct(const PackedLinear& linear, const LinearInputs& inputs, float* y, int64_t row0, int64_t row1, int64_t panel0, int64_t panel1, float* scratch) {
  forBits(linear.bits, [&](auto bits) {
    if constexpr (digitsServe(bits)) {
      forTiles<bits>(row1 - row0, inputs.height, [&](auto as) { digitPanels<bits, as>(linear, inputs, y, row0, row1, panel0, panel1, scratch); });
    }
  });
}

constexpr LinearKernels digitKernels = {digitTileRows, nearDigitRows, nullptr, digitWidth, arrangeDigits, digitScratch, digitProduct};

}  // namespace
