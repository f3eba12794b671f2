// Products with packed weights, x [rows, in] * W^T.
#pragma once
#include "code-words.h"
#include "matmul.h"
#include "packed-linear.h"

namespace {

/** Copies outputs [row0, row0 + 2 W) of a float weight [rows, columns] into a panel, zeros beyond the last one. */
void packFloatPanel(PackedLinear& linear, int64_t panel, const float* weight, int64_t rows, int64_t columns, int64_t row0) {
  const int64_t left = rows - row0;
  packColumns(weight, 1, columns, row0, left < tileColumns ? left : tileColumns, 0, columns, linear.floats + panel * linear.depth * tileColumns);
}

/** Rows [row0, row1), at most 192, for panels [panel0, panel1). */
void linearFloat(const PackedLinear& linear, const float* x, float* y, int64_t row0, int64_t row1, int64_t yRow, int64_t panel0, int64_t panel1, float* scratch) {
  const int64_t depth = linear.depth;
  // a panel's stream is longest when the depth is not cut; one row needs no copy, and its panel is read once anyway
  const int64_t step = row1 - row0 == 1 ? depth : blockDepth;
  for (int64_t k0 = 0; k0 < depth; k0 += step) {
    const int64_t k1 = depth - k0 < step ? depth : k0 + step;
    const float* rowTiles = x + row0 * depth;
    if (row1 - row0 > 1) {
      packRows(x, depth, 1, row0, row1, k0, k1, scratch);
      rowTiles = scratch;
    }
    for (int64_t panel = panel0; panel < panel1; panel++) {
      const float* b = linear.floats + (panel * depth + k0) * tileColumns;
      const int64_t column = panel * tileColumns;
      for (int64_t row = row0; row < row1; row += tileRows) {
        const int64_t rows = row1 - row < tileRows ? row1 - row : tileRows;
        tileWithin(rowTiles + (row - row0) * (k1 - k0), b, y + row * yRow + column, yRow, k1 - k0, k0 > 0, rows, linear.out - column);
      }
    }
  }
}

// Codes. y = sum over groups of scale * (sum x * level - zero * sum x): the sums over a group see levels alone, whatever the
// number of rows, and one row decodes in registers what many rows decode once into the first cache.

/** Levels of one code in every lane. */
template <int Bits>
THINKBITS_INLINE Vector levelAt(const WordVector* words, int k, const float* levels, bool ownLevels, Vector table) {
#if defined(__AVX512F__)
  if constexpr (Bits <= 4) return (Vector)_mm512_permutexvar_ps((__m512i)codeAt<Bits, false>(words, k), (__m512)table);
#endif
  (void)table;
  const WordVector code = codeAt<Bits, true>(words, k);
  if (Bits <= 4 && ownLevels) {
    Vector result;
    for (int i = 0; i < W; i++) result[i] = levels[code[i]];
    return result;
  }
  return toFloat((IntVector)code) - splat(static_cast<float>(1 << (Bits - 1)));
}

/** Adds one group of one row to y [2 W]: in registers. */
template <int Bits>
THINKBITS_INLINE void rowGroup(const PackedLinear& linear, const uint32_t* blocks, const float* x, float xSum, int64_t gridAt, float* y, bool first) {
#if defined(__AVX512F__)
  const Vector table = Bits <= 4 ? load(linear.levels) : Vector{};
#else
  const Vector table = {};
#endif
  Vector left = {}, right = {};
  for (int64_t k = 0; k < linear.groupDepth; k += blockInputs, blocks += 2 * Bits * W, x += blockInputs) {
    WordVector a[Bits], b[Bits];
    loadBlock<Bits>(blocks, a);
    loadBlock<Bits>(blocks + Bits * W, b);
    __builtin_prefetch(blocks + 16 * Bits * W, 0, 0);
    __builtin_prefetch(blocks + 17 * Bits * W, 0, 0);
#pragma GCC unroll 32
    for (int i = 0; i < blockInputs; i++) {
      const Vector value = splat(x[i]);
      left += value * levelAt<Bits>(a, i, linear.levels, linear.ownLevels, table);
      right += value * levelAt<Bits>(b, i, linear.levels, linear.ownLevels, table);
    }
  }
  const Vector sum = splat(xSum);
  Vector low = first ? Vector{} : load(y), high = first ? Vector{} : load(y + W);
  low += load(linear.scales + gridAt) * (left - loadZeros(linear, gridAt) * sum);
  high += load(linear.scales + gridAt + W) * (right - loadZeros(linear, gridAt + W) * sum);
  store(y, low);
  store(y + W, high);
}

/** Levels of one group as floats [groupDepth][2 W]. */
template <int Bits>
THINKBITS_INLINE void decodeGroup(const PackedLinear& linear, const uint32_t* blocks, float* out) {
#if defined(__AVX512F__)
  const Vector table = Bits <= 4 ? load(linear.levels) : Vector{};
#else
  const Vector table = {};
#endif
  for (int64_t k = 0; k < linear.groupDepth; k += blockInputs, blocks += 2 * Bits * W, out += blockInputs * tileColumns) {
    WordVector a[Bits], b[Bits];
    loadBlock<Bits>(blocks, a);
    loadBlock<Bits>(blocks + Bits * W, b);
#pragma GCC unroll 32
    for (int i = 0; i < blockInputs; i++) {
      store(out + i * tileColumns, levelAt<Bits>(a, i, linear.levels, linear.ownLevels, table));
      store(out + i * tileColumns + W, levelAt<Bits>(b, i, linear.levels, linear.ownLevels, table));
    }
  }
}

/** Adds one group of a tile of rows to y. */
template <int R>
void tileGroup(const PackedLinear& linear, int64_t gridAt, const float* x, const float* levels, const float* xSums, float* y, int64_t yRow, bool first) {
  Vector left[R] = {}, right[R] = {};
  for (int64_t k = 0; k < linear.groupDepth; k++, x += R, levels += tileColumns) {
    const Vector b0 = load(levels), b1 = load(levels + W);
#pragma GCC unroll 16
    for (int i = 0; i < R; i++) {
      const Vector value = splat(x[i]);
      left[i] += value * b0;
      right[i] += value * b1;
    }
  }
  const Vector s0 = load(linear.scales + gridAt), s1 = load(linear.scales + gridAt + W);
  const Vector z0 = loadZeros(linear, gridAt), z1 = loadZeros(linear, gridAt + W);
#pragma GCC unroll 16
  for (int i = 0; i < R; i++) {
    const Vector sum = splat(xSums[i * linear.groups]);
    Vector low = first ? Vector{} : load(y + i * yRow), high = first ? Vector{} : load(y + i * yRow + W);
    low += s0 * (left[i] - z0 * sum);
    high += s1 * (right[i] - z1 * sum);
    store(y + i * yRow, low);
    store(y + i * yRow + W, high);
  }
}

typedef void (*TileGroup)(const PackedLinear&, int64_t, const float*, const float*, const float*, float*, int64_t, bool);
constexpr TileGroup tileGroups[13] = {nullptr,       tileGroup<1>, tileGroup<2>, tileGroup<3>,  tileGroup<4>,  tileGroup<5>, tileGroup<6>,
                                      tileGroup<7>, tileGroup<8>, tileGroup<9>, tileGroup<10>, tileGroup<11>, tileGroup<12>};

/** Sums of a row's inputs by group, [groups]: lane by lane over the places of a group, then over the lanes. */
THINKBITS_INLINE void sumGroups(const PackedLinear& linear, const float* x, float* sums) {
  for (int64_t g = 0; g < linear.groups; g++) {
    const int64_t first = g * linear.groupDepth;
    Vector sum = {};
    for (int64_t k = first; k < first + linear.groupDepth; k += W) {
      float values[W];
      for (int lane = 0; linear.order && lane < W; lane++) values[lane] = linear.order[k + lane] < 0 ? 0.0f : x[linear.order[k + lane]];
      sum += load(linear.order ? values : x + k);
    }
    sums[g] = sumLanes(sum);
  }
}

/** Inputs of rows [row0, row1) as they lie in the panels, tiles [depth][rows of the tile]; and their sums, [rows][groups]. */
THINKBITS_INLINE void arrangeInputs(const PackedLinear& linear, const float* x, int64_t row0, int64_t row1, float* out, float* sums) {
  for (int64_t row = row0; row < row1; row++) sumGroups(linear, x + row * linear.in, sums + (row - row0) * linear.groups);
  for (int64_t row = row0; row < row1; row += tileRows) {
    const int64_t rows = row1 - row < tileRows ? row1 - row : tileRows;
    for (int64_t k = 0; k < linear.depth; k++, out += rows) {
      const int64_t at = linear.order ? linear.order[k] : k;
      for (int64_t i = 0; i < rows; i++) out[i] = at < 0 ? 0.0f : x[(row + i) * linear.in + at];
    }
  }
}

template <int Bits>
void linearCodes(const PackedLinear& linear, const float* x, float* y, int64_t row0, int64_t row1, int64_t yRow, int64_t panel0, int64_t panel1, float* scratch) {
  const int64_t rows = row1 - row0, depth = linear.depth, groups = linear.groups;
  float* arranged = scratch;
  float* sums = arranged + rows * depth;
  float* levels = sums + rows * groups + W;
  float* aside = levels + linear.groupDepth * tileColumns;
  const bool inPlace = rows == 1 && !linear.order;
  if (inPlace)
    sumGroups(linear, x + row0 * linear.in, sums);
  else
    arrangeInputs(linear, x, row0, row1, arranged, sums);
  const float* inputs = inPlace ? x + row0 * linear.in : arranged;
  const int64_t groupWords = linear.groupDepth / blockInputs * 2 * Bits * W;
  for (int64_t panel = panel0; panel < panel1; panel++) {
    const int64_t column = panel * tileColumns;
    const bool cut = linear.out - column < tileColumns;
    float* to = cut ? aside : y + row0 * yRow + column;
    const int64_t stride = cut ? tileColumns : yRow;
    for (int64_t g = 0; g < groups; g++) {
      const uint32_t* blocks = linear.words + (panel * groups + g) * groupWords;
      const int64_t gridAt = (panel * groups + g) * tileColumns;
      if (rows == 1) {
        rowGroup<Bits>(linear, blocks, inputs + g * linear.groupDepth, sums[g], gridAt, to, g == 0);
        continue;
      }
      decodeGroup<Bits>(linear, blocks, levels);
      for (int64_t row = 0; row < rows; row += tileRows) {
        const int64_t some = rows - row < tileRows ? rows - row : tileRows;
        tileGroups[some](linear, gridAt, inputs + row * depth + g * linear.groupDepth * some, levels, sums + row * groups + g, to + row * stride, stride,
                         g == 0);
      }
    }
    if (!cut) continue;
    for (int64_t row = 0; row < rows; row++) memcpy(y + (row0 + row) * yRow + column, aside + row * tileColumns, (linear.out - column) * sizeof(float));
  }
}

/** Floats of scratch that {@link linearProduct} needs for so many rows. */
int64_t linearScratch(const PackedLinear& linear, int64_t rows) {
  if (linear.bits == 32) return scratchFloats;
  return rows * (linear.depth + linear.groups) + linear.groupDepth * tileColumns + rows * tileColumns + 4 * W;
}

void linearProduct(const PackedLinear& linear, const float* x, float* y, int64_t row0, int64_t row1, int64_t yRow, int64_t panel0, int64_t panel1, float* scratch) {
  switch (linear.bits) {
    case 2: return linearCodes<2>(linear, x, y, row0, row1, yRow, panel0, panel1, scratch);
    case 3: return linearCodes<3>(linear, x, y, row0, row1, yRow, panel0, panel1, scratch);
    case 4: return linearCodes<4>(linear, x, y, row0, row1, yRow, panel0, panel1, scratch);
    case 5: return linearCodes<5>(linear, x, y, row0, row1, yRow, panel0, panel1, scratch);
    case 6: return linearCodes<6>(linear, x, y, row0, row1, yRow, panel0, panel1, scratch);
    case 7: return linearCodes<7>(linear, x, y, row0, row1, yRow, panel0, panel1, scratch);
    case 8: return linearCodes<8>(linear, x, y, row0, row1, yRow, panel0, panel1, scratch);
    default: return linearFloat(linear, x, y, row0, row1, yRow, panel0, panel1, scratch);
  }
}

}  // namespace
