// Writing tokens into the cache's pages: floats as they are, or codes of a grid that each group of channels gives itself. The
// arithmetic is that of encodeGroup in @thinkbits/numerics, operation by operation, so that the bytes are the same.
#pragma once
#include <math.h>
#include "decode-codes.h"
#include "float-elements.h"
#include "kernels.h"
#include "vector.h"

namespace {

/** Writes the low bits of bytes as one little-endian bit stream; the bits behind the last are 0. */
template <int Bits>
THINKBITS_INLINE void packCodes(const uint8_t* codes, int64_t count, uint8_t* out) {
  int64_t i = 0;
  for (; i + 8 <= count; i += 8, out += Bits) {
    // eight codes in a word: pairs move together, then pairs of pairs, then the halves
    uint64_t word;
    memcpy(&word, codes + i, 8);
    word &= lowBits(Bits, 8);
    word = (word | word >> (8 - Bits)) & lowBits(2 * Bits, 16);
    word = (word | word >> 2 * (8 - Bits)) & lowBits(4 * Bits, 32);
    word |= word >> 4 * (8 - Bits);
    memcpy(out, &word, Bits);
  }
  int buffer = 0, filled = 0;
  for (; i < count; i++) {
    buffer |= (codes[i] & ((1 << Bits) - 1)) << filled;
    filled += Bits;
    for (; filled >= 8; filled -= 8, buffer >>= 8) *out++ = static_cast<uint8_t>(buffer);
  }
  if (filled > 0) *out = static_cast<uint8_t>(buffer);
}

/** Where the codes of a group come from: clamp(round((x - origin) / scale) + zero, least, most). */
struct GroupGrid {
  float origin, scale, zero, least, most;
};

THINKBITS_INLINE float highestCode(const CachePart& part) { return static_cast<float>((1 << (part.kind == CodeKind::isSigned ? part.bits - 1 : part.bits)) - 1); }

/** Scale, and zero point or minimum, of codes that cover a range, which has no least width. */
THINKBITS_INLINE void coverRange(const CachePart& part, float low, float high, float& scale, float& second) {
  const float most = highestCode(part);
  if (part.kind == CodeKind::isSigned) {
    scale = (high > -low ? high : -low) / most;
    if (scale == 0) scale = 1;
    second = 0;
    return;
  }
  scale = (high - low) / most;
  if (part.kind == CodeKind::aboveMinimum) {
    if (scale == 0) scale = 1;  // a constant range is its minimum, whatever the scale
    second = low;
    return;
  }
  if (scale == 0) {
    low = -1;
    scale = 2 / most;
  }
  second = __builtin_rintf(-low / scale) + 0.0f;
}

/**
 * The grid of `count` values; writes what reads codes back, scale and zero point, or minimum (methods.md 1.0a, 1.0b).
 * @return whether all values are finite; NaN is written where not
 */
THINKBITS_INLINE bool findGrid(const CachePart& part, const float* x, int64_t count, GroupGrid& grid, float* parameters) {
  const bool isSigned = part.kind == CodeKind::isSigned, aboveMinimum = part.kind == CodeKind::aboveMinimum;
  const bool tight = aboveMinimum || (part.minMax && !isSigned);
  float high = tight ? -INFINITY : 0, low = tight ? INFINITY : 0;
  Vector highs = splat(high), lows = splat(low);
  IntVector wrong = {};
  int64_t i = 0;
  for (; i + W <= count; i += W) {
    const Vector v = load(x + i);
    highs = maximum(v, highs);
    lows = minimum(v, lows);
    wrong |= v - v != 0;
  }
  bool finite = true;
  for (int lane = 0; lane < W; lane++) {
    high = highs[lane] > high ? highs[lane] : high;
    low = lows[lane] < low ? lows[lane] : low;
    finite &= wrong[lane] == 0;
  }
  for (; i < count; i++) {
    high = x[i] > high ? x[i] : high;
    low = x[i] < low ? x[i] : low;
    finite &= x[i] - x[i] == 0;
  }
  if (!finite) {
    parameters[0] = NAN;
    parameters[1] = isSigned ? 0 : NAN;
    return false;
  }
  high = high * part.high + 0.0f;  // no zero with a sign
  low = low * part.low + 0.0f;
  grid.most = highestCode(part);
  grid.least = isSigned ? -grid.most - 1 : 0;
  float second;
  if (tight && !aboveMinimum) {
    constexpr float leastWidth = 1e-5f;
    grid.scale = (high - low > leastWidth ? high - low : leastWidth) / grid.most;
    const float zero = -__builtin_rintf(low / grid.scale);
    second = zero > 0 ? (zero < grid.most ? zero : grid.most) : 0;
  } else {
    coverRange(part, low, high, grid.scale, second);
  }
  grid.origin = aboveMinimum ? second : 0;
  grid.zero = aboveMinimum ? 0 : second;
  parameters[0] = grid.scale;
  parameters[1] = second;
  return true;
}

/** Codes of `count` values as bytes, negative ones in two's complement. */
THINKBITS_INLINE void writeCodes(const GroupGrid& grid, const float* x, int64_t count, uint8_t* codes) {
  const auto encode = [&](Vector v) {
    // far beyond all codes and zero points, and near enough for a sum with 1.5 * 2^23 to round to an integer, halves to even
    const Vector quotient = minimum(maximum((v - grid.origin) / grid.scale, splat(-4096)), splat(4096));
    const Vector magic = splat(12582912.0f);
    const Vector code = (quotient + magic) - magic + grid.zero;
    return __builtin_convertvector(toInt(minimum(maximum(code, splat(grid.least)), splat(grid.most))), ByteVector);
  };
  int64_t i = 0;
  for (; i + W <= count; i += W) {
    const ByteVector bytes = encode(load(x + i));
    memcpy(codes + i, &bytes, W);
  }
  if (i == count) return;
  float rest[W] = {};
  memcpy(rest, x + i, (count - i) * sizeof(float));
  const ByteVector bytes = encode(load(rest));
  memcpy(codes + i, &bytes, count - i);
}

/** Codes of a group of floats, and its scale. */
template <FloatElement Element>
THINKBITS_INLINE void encodeFloats(const CachePart& part, const float* x, int64_t count, uint8_t* codes, uint8_t* grid) {
  constexpr ElementShape shape = elementShapes[static_cast<int>(Element)];
  const float largest = clippedLargest(x, count, part.low, part.high);
  const bool finite = largest == largest;
  float scale = finite ? groupScale<Element>(part.scale, largest, 1) : NAN;
  if (part.scale == FloatScale::float32)
    memcpy(grid, &scale, sizeof scale);
  else
    *grid = static_cast<uint8_t>(finite ? powerScaleCode(largest, shape.largestExponent, part.scale == FloatScale::roundedPower) : 255);
  for (int64_t i = 0; i < count; i += W) {
    const int64_t some = count - i < W ? count - i : W;
    float values[W] = {};
    memcpy(values, x + i, some * sizeof(float));
    const ByteVector bytes = __builtin_convertvector(encodeElements<Element>(load(values) / scale), ByteVector);
    memcpy(codes + i, &bytes, some);
  }
}

/** Codes of a group, and what reads them back. */
THINKBITS_INLINE void encodeGroup(const CachePart& part, const float* x, uint8_t* codes, uint8_t* parameters) {
  if (part.kind == CodeKind::floats)
    return forElement(part.element, [&](auto element) { encodeFloats<element>(part, x, part.group, codes, parameters); });
  GroupGrid grid;
  if (findGrid(part, x, part.group, grid, reinterpret_cast<float*>(parameters)))
    writeCodes(grid, x, part.group, codes);
  else
    memset(codes, 0, part.group);
}

/**
 * Codes of a token's head on the grids of its channels, as encodeOnGrids in @thinkbits/numerics has them. Their zero points are not
 * clamped to the codes, so that quotients may be large.
 */
THINKBITS_INLINE void encodeOnGrids(const CachePart& part, const ChannelGrids& grids, const float* x, int64_t count, uint8_t* codes) {
  const bool isSigned = part.kind == CodeKind::isSigned;
  const float most = highestCode(part), least = isSigned ? -most - 1 : 0;
  for (int64_t i = 0; i < count; i++) {
    const float moved = grids.offsets ? x[i] - grids.offsets[i] : x[i];
    const float code = __builtin_rintf(moved / grids.scales[i]) + (grids.zeros ? grids.zeros[i] : 0);
    const float clamped = code > least ? (code < most ? code : most) : least;
    codes[i] = static_cast<uint8_t>(code == code ? static_cast<int>(clamped) : 0);
  }
}

/** Codes of a token's head, packed. */
THINKBITS_INLINE void packToken(int bits, const uint8_t* codes, int64_t headDim, uint8_t* out) {
  switch (bits) {
    case 2: return packCodes<2>(codes, headDim, out);
    case 3: return packCodes<3>(codes, headDim, out);
    case 4: return packCodes<4>(codes, headDim, out);
    case 5: return packCodes<5>(codes, headDim, out);
    case 6: return packCodes<6>(codes, headDim, out);
    case 7: return packCodes<7>(codes, headDim, out);
    default: return packCodes<8>(codes, headDim, out);
  }
}

void storeToken(const CachePart& part, const float* token, int64_t headRow, uint8_t* page, int64_t at, int64_t kvHeads, int64_t headDim) {
  const int64_t groups = headDim / part.group;
  uint8_t codes[1024];
  for (int64_t h = 0; h < kvHeads; h++, token += headRow, page += part.headBytes) {
    if (part.bits == 32) {
      memcpy(page + at * headDim * sizeof(float), token, headDim * sizeof(float));
      continue;
    }
    uint8_t* parameters = page + part.parameters + at * groups * part.gridBytes;
    if (part.axis == GridAxis::fixed)
      encodeOnGrids(part, channelGrids(part, page, h, kvHeads, headDim), token, headDim, codes);
    else
      for (int64_t g = 0; g < groups; g++, parameters += part.gridBytes) encodeGroup(part, token + g * part.group, codes + g * part.group, parameters);
    packToken(part.bits, codes, headDim, page + at * part.rowBytes);
  }
}

/** The lesser of two as Math.min has it, NaN and zeros with signs too. */
THINKBITS_INLINE float lesser(float a, float b) { return a < b ? a : (b < a ? b : (a == b ? (__builtin_signbit(a) ? a : b) : NAN)); }
THINKBITS_INLINE float greater(float a, float b) { return -lesser(-a, -b); }

/** The grid of a channel from its ends, as channelGrids in @thinkbits/numerics has it: zero points are not clamped to the codes. */
THINKBITS_INLINE void findChannelGrid(const CachePart& part, float low, float high, float& scale, float& second) {
  const float notFinite = (high - high) + (low - low);  // 0, or NaN
  const bool aboveMinimum = part.kind == CodeKind::aboveMinimum, minMax = part.minMax && part.kind != CodeKind::isSigned;
  low *= part.low;
  high *= part.high;
  if (!aboveMinimum && (!minMax || low == high)) {
    low = lesser(low, 0);
    high = greater(high, 0);
  }
  coverRange(part, low, high, scale, second);
  if (!aboveMinimum) scale += notFinite;
}

void storePage(const CachePart& part, const float* tokens, int64_t headRow, uint8_t* page, int64_t kvHeads, int64_t headDim) {
  uint8_t codes[1024];
  for (int64_t h = 0; h < kvHeads; h++, tokens += headRow, page += part.headBytes) {
    float* scales = reinterpret_cast<float*>(page + part.parameters);
    for (int64_t i = 0; i < headDim; i++) {
      float low = INFINITY, high = -INFINITY;
      for (int64_t t = 0; t < part.pageTokens; t++) {
        low = lesser(low, tokens[t * headDim + i]);
        high = greater(high, tokens[t * headDim + i]);
      }
      findChannelGrid(part, low, high, scales[i], scales[headDim + i]);
    }
    const ChannelGrids grids = channelGrids(part, page, h, kvHeads, headDim);
    for (int64_t t = 0; t < part.pageTokens; t++) {
      encodeOnGrids(part, grids, tokens + t * headDim, headDim, codes);
      packToken(part.bits, codes, headDim, page + t * part.rowBytes);
    }
  }
}

}  // namespace
