// Activations rounded to integers and laid out as the tiles that linear-int8.h multiplies.
#pragma once
#include "activations.h"
#include "linear-int8.h"

namespace {

typedef int32_t FourWords __attribute__((vector_size(16)));

/** Sixteen codes as words: with n codes to a byte, word r has those r, r + n, r + 2 n and r + 3 n of each 4 n. */
template <int Count>
THINKBITS_INLINE FourWords fourWords(const int8_t* codes) {
  typedef int8_t Codes __attribute__((vector_size(16)));
  Codes from;
  memcpy(&from, codes, sizeof from);
  if constexpr (Count == 2) from = __builtin_shufflevector(from, from, 0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15);
  if constexpr (Count == 4) from = __builtin_shufflevector(from, from, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return (FourWords)from;
}

/** Codes in their places [depth] as words for row i of a tile of `rows`. */
template <int Count, bool Wide>
THINKBITS_INLINE void layRow(const int8_t* __restrict codes, int64_t blocks, int64_t rows, int32_t* __restrict out) {
  typedef int16_t EightShorts __attribute__((vector_size(16)));
  typedef int64_t TwoLongs __attribute__((vector_size(16)));
  for (int64_t end = blocks * blockInputs, k = 0; k < end; k += 16) {
    const FourWords words = fourWords<Count>(codes + k);
    if constexpr (Wide) {
      // of each word a pair of its even bytes, then one of its odd ones
      const FourWords even = (FourWords)((EightShorts)words << 8 >> 8), odd = (FourWords)((EightShorts)words >> 8);
      const TwoLongs halves[] = {(TwoLongs)__builtin_shufflevector(even, odd, 0, 4, 1, 5), (TwoLongs)__builtin_shufflevector(even, odd, 2, 6, 3, 7)};
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++, out += 2 * rows) {
        const int64_t pairs = halves[i / 2][i % 2];
        memcpy(out, &pairs, sizeof pairs);
      }
    } else {
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++, out += rows) out[0] = words[i];
    }
  }
}

template <int Bits>
void layRowOfBits(const int8_t* codes, int64_t blocks, int64_t rows, int64_t row, int32_t* tile) {
  layRow<codesOfByte(Bits), widensInputs(Bits)>(codes, blocks, rows, tile + row * inputWords(Bits));
}

/** To the nearest byte: beyond it lie only zero points of scales below the normal numbers, whose products no sum sees. */
THINKBITS_INLINE int8_t signedByte(float value) {
  value = value > -128 ? value : -128;
  return static_cast<int8_t>(static_cast<int32_t>(value < 127 ? value : 127));
}

/** Codes of one group less `shift`, as activationCode has them. */
THINKBITS_INLINE void writeCodes(const float* x, int64_t count, const ActivationGrid& grid, float shift, int8_t* out) {
  constexpr int64_t piece = 64;
  const Vector scale = splat(grid.scale), zero = splat(grid.zero - shift);
  const Vector least = splat(signedByte(grid.least - shift)), most = splat(signedByte(grid.most - shift));
  // adding it rounds half to even what lies below 2^22; codes are cut off long before
  const Vector magic = splat(12582912.0f), far = splat(2097152.0f);
  int64_t i = 0;
  for (; i + piece <= count; i += piece) {
    int32_t codes[piece];
    for (int64_t j = 0; j < piece; j += W) {
      const Vector steps = minimum(maximum(load(x + i + j) / scale, -far), far);
      const IntVector code = toInt(minimum(maximum(((steps + magic) - magic) + zero, least), most));
      memcpy(codes + j, &code, sizeof code);
    }
    for (int64_t j = 0; j < piece; j++) out[i + j] = static_cast<int8_t>(codes[j]);
  }
  for (; i < count; i++) out[i] = signedByte(activationCode(x[i], grid) - shift);
}

/**
 * Rounds `rows` rows of x [rows, in]: gives each row's codes, in their places [depth], to lay(codes, row), and writes what roundedTile wants
 * to know of segments and runs.
 */
template <class Lay>
THINKBITS_INLINE void roundRows(const PackedLinear& linear, const RoundedPlan& plan, const ActivationRounding& rounding, const float* x, int64_t rows, int32_t* parameters, float* scratch,
                                Lay lay) {
  const int64_t groups = linear.in / rounding.group, segments = static_cast<int64_t>(plan.segments.size());
  const int32_t middle = 1 << (linear.bits - 1);
  float* scales = scratch;
  int32_t* offsets = reinterpret_cast<int32_t*>(scratch + groups);
  int8_t* codes = reinterpret_cast<int8_t*>(offsets + groups);
  int8_t* laid = codes + linear.in;
  float* inputScales = reinterpret_cast<float*>(parameters + 3 * rows * segments);
  for (int64_t row = 0; row < rows; row++, x += linear.in) {
    for (int64_t g = 0; g < groups; g++) {
      const float* from = x + g * rounding.group;
      int8_t* to = codes + g * rounding.group;
      const ActivationGrid grid = activationGrid(from, rounding.group, rounding.bits, rounding.symmetric, rounding.lows[g], rounding.highs[g]);
      scales[g] = grid.scale;
      offsets[g] = 0;
      if (grid.scale != grid.scale) {
        memset(to, 0, rounding.group);
        continue;
      }
      // the code itself, its difference from zero, or, where that does not fit, the code less the middle one
      const bool away = roundingHasOffset(rounding);
      const float shift = rounding.symmetric ? 0.0f : away ? 128.0f : grid.zero;
      if (away) offsets[g] = signedByte(grid.zero - shift);
      writeCodes(from, rounding.group, grid, shift, to);
    }
    const int8_t* placed = codes;
    if (linear.order) {
      int64_t k = 0;
      for (const RoundedSegment& segment : plan.segments) {
        const int8_t padding = static_cast<int8_t>(offsets[segment.inputs]);
        for (const int64_t end = k + segment.blocks * blockInputs; k < end; k++) laid[k] = linear.order[k] < 0 ? padding : codes[linear.order[k]];
      }
      placed = laid;
    }
    lay(placed, row);
    int64_t run = 0;
    for (int64_t s = 0; s < segments; s++) {
      const RoundedSegment& segment = plan.segments[s];
      int32_t sum = 0;
      const int64_t begin = segment.block * blockInputs, end = begin + segment.blocks * blockInputs;
      for (int64_t k = begin; k < end; k++) sum += placed[k];
      const int32_t offset = offsets[segment.inputs], shifted = codeShift(multipliedAs(linear.bits)) * sum;
      sum -= offset * static_cast<int32_t>(segment.blocks * blockInputs);
      int32_t* to = parameters + 3 * rows * s + row;
      to[0] = shifted - middle * sum;
      const float inputOffset = static_cast<float>(offset), inputSum = static_cast<float>(sum);
      memcpy(to + rows, &inputOffset, sizeof inputOffset);
      memcpy(to + 2 * rows, &inputSum, sizeof inputSum);
      if (segment.last) inputScales[run++ * rows + row] = scales[segment.inputs];
    }
  }
}

/** A tile, as roundedTile reads it, of `rows` rows of x [rows, in]. */
void roundTile(const PackedLinear& linear, const RoundedPlan& plan, const ActivationRounding& rounding, const float* x, int64_t rows, int32_t* tile, float* scratch) {
  const int64_t blocks = linear.depth / blockInputs;
  const int as = multipliedAs(linear.bits);
  roundRows(linear, plan, rounding, x, rows, tile + blocks * blockSteps * inputWords(as) * rows, scratch, [&](const int8_t* codes, int64_t row) {
    switch (as) {
      case 2: return layRowOfBits<2>(codes, blocks, rows, row, tile);
      case 4: return layRowOfBits<4>(codes, blocks, rows, row, tile);
      case decoded: return layRowOfBits<decoded>(codes, blocks, rows, row, tile);
      default: return layRowOfBits<8>(codes, blocks, rows, row, tile);
    }
  });
}

}  // namespace
