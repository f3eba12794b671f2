// Products with packed weights, x [rows, in] * W^T.
#pragma once
#include "code-words.h"
#include "matmul.h"
#include "packed-linear.h"

namespace {

/** Inputs of a panel that meet all rows of a block before the next ones do: what is decoded of them, or their weights, stays near. */
constexpr int64_t nearDepth = 384;

/** Copies outputs [row0, row0 + 2 W) of a float weight [rows, columns] into a panel, zeros beyond the last one. */
void packFloatPanel(PackedLinear& linear, int64_t panel, const float* weight, int64_t rows, int64_t columns, int64_t row0) {
  const int64_t left = rows - row0;
  packColumns(weight, 1, columns, row0, left < tileColumns ? left : tileColumns, 0, columns, linear.floats + panel * linear.depth * tileColumns);
}

// Codes: y = sum over groups of scale * (sum x * level - zero * sum x). The sums over a group see levels alone, whatever the number
// of rows; one row decodes in registers what many rows decode once into the cache, a few inputs of a panel at a time.

/** Code k of every lane less the middle one, for widths whose codes stay within a half word. */
template <int Bits>
THINKBITS_INLINE Vector plainLevel(const WordVector* words, int k) {
  const int place = k * Bits % 32, at = place % 16;
  const WordVector word = words[k * Bits / 32], half = place < 16 ? word : word >> 16;
  // in the middle of the mantissa of 2^(23 - at) a code counts units
  const WordVector bits = (half & (((1u << Bits) - 1) << at)) | (static_cast<uint32_t>(127 + 23 - at) << 23);
  return (Vector)bits - splat(static_cast<float>(1 << (23 - at)) + static_cast<float>(1 << (Bits - 1)));
}

/** What codes of up to 4 bits stand for, as lookups read it. */
struct Levels {
  const float* floats;
#if defined(__AVX512F__)
  /** In bfloat16, twice: a lookup in 16 bits. */
  __m512i upperHalves;
#endif
};

THINKBITS_INLINE Levels levelsOf(const PackedLinear& linear) {
#if defined(__AVX512F__)
  const WordVector upper = roundUpper(load(linear.levels)) >> 16;
  return {linear.levels, _mm512_broadcast_i64x4(_mm512_cvtepi32_epi16((__m512i)upper))};
#else
  return {linear.levels};
#endif
}

/** Levels of code k in every lane. */
template <int Bits, bool Own>
THINKBITS_INLINE Vector levelAt(const WordVector* words, int k, const Levels& levels) {
#if defined(__AVX512F__)
  if constexpr (!Own && (Bits == 2 || Bits == 4)) {
    // plain levels are exact in bfloat16, and where one is looked up in the upper half of a lane it lies as a float: without a shift of its
    // own, since the code 16 bits below has the same
    const int place = k * Bits % 32;
    if (place >= 16) return (Vector)_mm512_maskz_permutexvar_epi16(0xaaaaaaaau, (__m512i)codeAt<Bits, false>(words, k - 16 / Bits), levels.upperHalves);
  }
  if constexpr (Bits <= 4) return (Vector)_mm512_permutexvar_ps((__m512i)codeAt<Bits, false>(words, k), (__m512)load(levels.floats));
#endif
  if constexpr (Own) {
    const WordVector code = codeAt<Bits, true>(words, k);
    Vector result;
    for (int i = 0; i < W; i++) result[i] = levels.floats[code[i]];
    return result;
  }
  if constexpr (16 % Bits == 0) return plainLevel<Bits>(words, k);
  return toFloat((IntVector)codeAt<Bits, true>(words, k)) - splat(static_cast<float>(1 << (Bits - 1)));
}

/** Codes as floats, one input at a time. */
struct FloatCodes : FloatProduct {
  /** What element i of a block is in every lane. */
  template <int Bits, bool Own>
  static Vector __attribute__((always_inline)) element(const WordVector* words, int i, const Levels& levels) { return levelAt<Bits, Own>(words, i, levels); }
};

/** Adds one group of one row to y [2 W] of each of some panels, in registers: what one panel adds up waits for itself. */
template <class Product, int Bits, bool Own, int Panels>
THINKBITS_INLINE void rowGroup(const PackedLinear& linear, const Levels& levels, int64_t panel, int64_t group, const float* x, float xSum, float* const* y) {
  const int64_t groupWords = linear.groupDepth / blockInputs * 2 * Bits * W;
  const int64_t panelWords = linear.groups * groupWords;
  const uint32_t* blocks[Panels];
  Vector sums[Panels][2] = {};
  for (int p = 0; p < Panels; p++) blocks[p] = linear.words + (panel + p) * panelWords + group * groupWords;
  // eight blocks ahead; behind a panel come those that take turns next
  const int64_t ahead = 16 * Bits * W + (group * groupWords + 16 * Bits * W >= panelWords ? (Panels - 1) * panelWords : 0);
  constexpr int elements = blockInputs / Product::together;
  for (int64_t k = 0; k < linear.groupDepth; k += blockInputs, x += elements) {
    WordVector words[Panels][2][Bits];
#pragma GCC unroll 2
    for (int p = 0; p < Panels; p++, blocks[p - 1] += 2 * Bits * W) {
      loadBlock<Bits>(blocks[p], words[p][0]);
      loadBlock<Bits>(blocks[p] + Bits * W, words[p][1]);
      for (int line = 0; line < 2 * Bits * W; line += 16) __builtin_prefetch(blocks[p] + ahead + line, 0, 2);
    }
#pragma GCC unroll 32
    for (int i = 0; i < elements; i++) {
      const Vector value = splat(x[i]);
#pragma GCC unroll 2
      for (int p = 0; p < Panels; p++) {
        sums[p][0] = Product::add(sums[p][0], value, Product::template element<Bits, Own>(words[p][0], i, levels));
        sums[p][1] = Product::add(sums[p][1], value, Product::template element<Bits, Own>(words[p][1], i, levels));
      }
    }
  }
  for (int p = 0; p < Panels; p++) {
    for (int half = 0; half < 2; half++) {
      const int64_t grid = (((panel + p) * linear.groups + group) * 2 + half) * W;
      float* to = y[p] + half * W;
      const Vector before = group == 0 ? Vector{} : load(to);
      store(to, before + load(linear.scales + grid) * (sums[p][half] - loadZeros(linear, grid) * splat(xSum)));
    }
  }
}

/** Whole blocks as elements [depth / together][2 W]. */
template <class Product, int Bits, bool Own>
void decodeBlocks(const PackedLinear& linear, const uint32_t* blocks, int64_t depth, float* out) {
  constexpr int elements = blockInputs / Product::together;
  const Levels levels = levelsOf(linear);
  for (int64_t k = 0; k < depth; k += blockInputs, blocks += 2 * Bits * W, out += elements * tileColumns) {
    WordVector a[Bits], b[Bits];
    loadBlock<Bits>(blocks, a);
    loadBlock<Bits>(blocks + Bits * W, b);
#pragma GCC unroll 32
    for (int i = 0; i < elements; i++) {
      store(out + i * tileColumns, Product::template element<Bits, Own>(a, i, levels));
      store(out + i * tileColumns + W, Product::template element<Bits, Own>(b, i, levels));
    }
  }
}

/** Inputs [k0, k1) of a panel for a tile of rows: whole groups, or a part of one. */
struct DepthPart {
  int64_t k0, k1;
  int64_t panel;
  /** What comes after this panel, and how much of it to ask for beside each group. */
  const float* next;
  int64_t share;
};

/**
 * Adds one part to y [R, 2 W], group by group: the first part of a group starts its sums, the last one scales them and adds them to y; between,
 * they wait.
 *
 * @param x [elements][R]  @param levels [elements][2 W]  @param sums of a row's inputs by group, `groups` from row to row  @param waiting [R][2 W]
 */
template <class Product, int R>
void tilePart(const PackedLinear& linear, const DepthPart& part, const float* x, const float* levels, const float* sums, float* waiting, float* y, int64_t yRow) {
  const int64_t groupDepth = linear.groupDepth;
  const float* next = part.next;
  int64_t g = part.k0 / groupDepth;
  for (int64_t from = part.k0, to; from < part.k1; from = to, g++, next += part.share) {
    to = (g + 1) * groupDepth < part.k1 ? (g + 1) * groupDepth : part.k1;
    fetch(next, part.share);
    const bool starts = from == g * groupDepth, ends = to == (g + 1) * groupDepth;
    Vector left[R], right[R];
#pragma GCC unroll 16
    for (int i = 0; i < R; i++) {
      left[i] = starts ? Vector{} : load(waiting + i * tileColumns);
      right[i] = starts ? Vector{} : load(waiting + i * tileColumns + W);
    }
#pragma GCC unroll 2
    for (int64_t k = from; k < to; k += Product::together, x += R, levels += tileColumns) {
      const Vector b0 = load(levels), b1 = load(levels + W);
#pragma GCC unroll 16
      for (int i = 0; i < R; i++) {
        const Vector value = splat(x[i]);
        left[i] = Product::add(left[i], value, b0);
        right[i] = Product::add(right[i], value, b1);
      }
    }
    if (!ends) {
#pragma GCC unroll 16
      for (int i = 0; i < R; i++) {
        store(waiting + i * tileColumns, left[i]);
        store(waiting + i * tileColumns + W, right[i]);
      }
      return;
    }
    const int64_t grid = (part.panel * linear.groups + g) * tileColumns;
    const Vector s0 = load(linear.scales + grid), s1 = load(linear.scales + grid + W);
    const Vector z0 = loadZeros(linear, grid), z1 = loadZeros(linear, grid + W);
#pragma GCC unroll 16
    for (int i = 0; i < R; i++) {
      const Vector sum = splat(sums[i * linear.groups + g]);
      Vector low = g == 0 ? Vector{} : load(y + i * yRow), high = g == 0 ? Vector{} : load(y + i * yRow + W);
      low += s0 * (left[i] - z0 * sum);
      high += s1 * (right[i] - z1 * sum);
      store(y + i * yRow, low);
      store(y + i * yRow + W, high);
    }
  }
}

typedef void (*TilePart)(const PackedLinear&, const DepthPart&, const float*, const float*, const float*, float*, float*, int64_t);

/** The part of a tile of `rows` rows. */
template <class Product, int R = tileRows>
THINKBITS_INLINE TilePart partOf(int64_t rows) {
  if constexpr (R > 1) {
    if (rows < R) return partOf<Product, R - 1>(rows);
  }
  return tilePart<Product, R>;
}

/** Sums of a row's inputs by group, [groups]: lane by lane over the places of a group, then over the lanes. */
THINKBITS_INLINE void sumGroups(const PackedLinear& linear, const int32_t* order, const float* x, float* sums) {
  for (int64_t g = 0; g < linear.groups; g++) {
    const int64_t first = g * linear.groupDepth;
    Vector sum = {};
    for (int64_t k = first; k < first + linear.groupDepth; k += W) {
      float values[W];
      for (int lane = 0; order && lane < W; lane++) values[lane] = order[k + lane] < 0 ? 0.0f : x[order[k + lane]];
      sum += load(order ? values : x + k);
    }
    sums[g] = sumLanes(sum);
  }
}

/** Inputs of the rows of one tile as they lie in the panels, [depth][rows], W floats more are written; and their sums, [rows][groups]. */
void arrangeTile(const PackedLinear& linear, const float* x, int64_t rows, float* tile, float* sums, float*) {
  for (int64_t row = 0; row < rows && linear.words; row++) sumGroups(linear, linear.order, x + row * linear.in, sums + row * linear.groups);
  if (!linear.order) return packTile(x, linear.in, 1, rows, linear.depth, tile);
  for (int64_t k = 0; k < linear.depth; k++, tile += rows) {
    const int64_t at = linear.order[k];
    for (int64_t i = 0; i < rows; i++) tile[i] = at < 0 ? 0.0f : x[i * linear.in + at];
  }
}

/** One row: a panel is one stream, decoded in registers; two panels take turns. */
template <class Product, int Bits, bool Own>
void rowCodes(const PackedLinear& linear, const float* x, const float* sums, float* y, int64_t panel0, int64_t panel1) {
  const int64_t groupElements = linear.groupDepth / Product::together;
  const Levels levels = levelsOf(linear);
  float aside[tileColumns];
  for (int64_t panel = panel0; panel < panel1; panel += 2) {
    const int64_t last = panel + 1 < panel1 ? panel + 1 : panel, left = linear.out - last * tileColumns;
    float* const to[2] = {last == panel && left < tileColumns ? aside : y + panel * tileColumns, left < tileColumns ? aside : y + last * tileColumns};
    for (int64_t g = 0; g < linear.groups; g++) {
      if (last > panel)
        rowGroup<Product, Bits, Own, 2>(linear, levels, panel, g, x + g * groupElements, sums[g], to);
      else
        rowGroup<Product, Bits, Own, 1>(linear, levels, panel, g, x + g * groupElements, sums[g], to);
    }
    if (left < tileColumns) memcpy(y + last * tileColumns, aside, left * sizeof(float));
  }
}

/** Where the part of the depth that begins at k0 ends: after as many whole groups as a block holds, or within one. */
THINKBITS_INLINE int64_t partEnd(int64_t k0, int64_t groupDepth, int64_t depth) {
  const int64_t groupEnd = (k0 / groupDepth + 1) * groupDepth, blockEnd = k0 + nearDepth;
  const int64_t end = groupDepth <= nearDepth ? k0 + nearDepth / groupDepth * groupDepth : groupEnd < blockEnd ? groupEnd : blockEnd;
  return end < depth ? end : depth;
}

/** Rows of one block, in tiles of `height`. */
template <class Product, int Bits, bool Own>
void tileCodes(const PackedLinear& linear, const LinearInputs& inputs, float* y, int64_t row0, int64_t row1, int64_t panel0, int64_t panel1, float* scratch) {
  const int64_t depth = linear.depth, groupDepth = linear.groupDepth, height = inputs.height;
  const int64_t tileCount = (row1 - row0 + height - 1) / height;
  float* levels = scratch;
  float* waiting = levels + nearDepth * tileColumns;
  const int64_t waits = groupDepth > nearDepth ? 1 : 0;
  float* aside = waiting + waits * (panel1 - panel0) * (row1 - row0) * tileColumns;
  for (int64_t k0 = 0, k1; k0 < depth; k0 = k1) {
    k1 = partEnd(k0, groupDepth, depth);
    for (int64_t panel = panel0; panel < panel1; panel++) {
      const int64_t column = panel * tileColumns, columns = linear.out - column < tileColumns ? linear.out - column : tileColumns;
      const auto blocksOf = [&](int64_t of) { return linear.words + (of * depth + k0) / blockInputs * 2 * Bits * W; };
      decodeBlocks<Product, Bits, Own>(linear, blocksOf(panel), k1 - k0, levels);
      // the next panel's codes come while this one is multiplied, a part with every group of a tile
      const int64_t parts = tileCount * ((k1 - k0 + groupDepth - 1) / groupDepth);
      const int64_t share = panel + 1 < panel1 ? ((k1 - k0) / blockInputs * 2 * Bits * W + parts - 1) / parts : 0;
      const float* next = reinterpret_cast<const float*>(blocksOf(panel + 1));
      const bool whole = columns == tileColumns;
      for (int64_t row = row0; row < row1; row += height, next += parts / tileCount * share) {
        const int64_t rows = row1 - row < height ? row1 - row : height;
        float* to = whole ? y + row * linear.out + column : aside;
        const int64_t toRow = whole ? linear.out : tileColumns;
        for (int64_t i = 0; i < rows && !whole; i++) memcpy(aside + i * tileColumns, y + (row + i) * linear.out + column, columns * sizeof(float));
        // outputs of rows lie far apart: those of the next tile are asked for
        for (int64_t i = height; i < 2 * height && whole && row + i < row1; i++) __builtin_prefetch(to + i * toRow, 1, 3);
        partOf<Product>(rows)(linear, {k0, k1, panel, next, share}, inputs.tile(row) + k0 / Product::together * rows, levels, inputs.sums + row * linear.groups,
                              waiting + ((panel - panel0) * (row1 - row0) + row - row0) * tileColumns * waits, to, toRow);
        for (int64_t i = 0; i < rows && !whole; i++) memcpy(y + (row + i) * linear.out + column, aside + i * tileColumns, columns * sizeof(float));
      }
    }
  }
}

/** Weights that are no codes: panels [panel0, panel1), [elements][2 W], for rows of a block. */
template <class Product>
void tilePanels(const LinearInputs& inputs, const float* panels, int64_t out, float* y, int64_t row0, int64_t row1, int64_t panel0, int64_t panel1) {
  for (int64_t k0 = 0; k0 < inputs.width; k0 += nearDepth) {
    const int64_t k1 = inputs.width - k0 < nearDepth ? inputs.width : k0 + nearDepth;
    for (int64_t panel = panel0; panel < panel1; panel++) {
      const float* b = panels + (panel * inputs.width + k0) * tileColumns;
      const int64_t column = panel * tileColumns;
      for (int64_t row = row0; row < row1; row += inputs.height) {
        const int64_t rows = row1 - row < inputs.height ? row1 - row : inputs.height;
        tileWithin<Product>(inputs.tile(row) + k0 * rows, b, y + row * out + column, out, k1 - k0, k0 > 0, rows, out - column);
      }
    }
  }
}

template <class Product, int Bits, bool Own = false>
void codesOf(const PackedLinear& linear, const LinearInputs& inputs, float* y, int64_t row0, int64_t row1, int64_t panel0, int64_t panel1, float* scratch) {
  if constexpr (Bits <= 4 && !Own) {
    if (linear.ownLevels) return codesOf<Product, Bits, true>(linear, inputs, y, row0, row1, panel0, panel1, scratch);
  }
  if (inputs.rows == 1)
    rowCodes<Product, Bits, Own>(linear, inputs.tiles, inputs.sums, y, panel0, panel1);
  else
    tileCodes<Product, Bits, Own>(linear, inputs, y, row0, row1, panel0, panel1, scratch);
}

template <class Product>
void linearCodes(const PackedLinear& linear, const LinearInputs& inputs, float* y, int64_t row0, int64_t row1, int64_t panel0, int64_t panel1, float* scratch) {
  switch (linear.bits) {
    case 2: return codesOf<Product, 2>(linear, inputs, y, row0, row1, panel0, panel1, scratch);
    case 3: return codesOf<Product, 3>(linear, inputs, y, row0, row1, panel0, panel1, scratch);
    case 4: return codesOf<Product, 4>(linear, inputs, y, row0, row1, panel0, panel1, scratch);
    case 5: return codesOf<Product, 5>(linear, inputs, y, row0, row1, panel0, panel1, scratch);
    case 6: return codesOf<Product, 6>(linear, inputs, y, row0, row1, panel0, panel1, scratch);
    case 7: return codesOf<Product, 7>(linear, inputs, y, row0, row1, panel0, panel1, scratch);
    default: return codesOf<Product, 8>(linear, inputs, y, row0, row1, panel0, panel1, scratch);
  }
}

/** Rows that a thread goes over with panels: {@link nearDepth} inputs of each stay in its second cache. */
constexpr int64_t nearRows = 192;

int64_t inputWidth(const PackedLinear& linear) { return linear.depth; }

/** Floats of scratch that {@link linearProduct} and {@link arrangeTile} need for so many rows and panels. */
int64_t linearScratch(const PackedLinear& linear, int64_t rows, int64_t panels) {
  if (!linear.words) return 0;
  const int64_t waiting = linear.groupDepth > nearDepth ? panels * rows : 0;
  return (nearDepth + waiting + tileRows) * tileColumns;
}

void linearProduct(const PackedLinear& linear, const LinearInputs& inputs, float* y, int64_t row0, int64_t row1, int64_t panel0, int64_t panel1, float* scratch) {
  if (linear.words)
    linearCodes<FloatCodes>(linear, inputs, y, row0, row1, panel0, panel1, scratch);
  else
    tilePanels<FloatProduct>(inputs, linear.floats, linear.out, y, row0, row1, panel0, panel1);
}

}  // namespace
