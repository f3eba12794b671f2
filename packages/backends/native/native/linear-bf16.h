// Products with packed weights in bfloat16: inputs are rounded to it, sums are float32. Codes are exact in it, so that scales and zeros act
// as they do in linear.h; weights that are no codes are rounded once and take half the memory.
//
// Everything goes by pairs of inputs: a word holds two, and an instruction adds both products. Which two share a word is what codes
// of a width give without being moved: those whose places in a word are 16 bits apart.
#pragma once
#include "bfloat16.h"
#include "linear.h"

namespace {

constexpr int blockPairs = blockInputs / 2;

/** Codes that are paired by their places; others are pairs of neighbours. */
constexpr bool pairsByPlace(int bits) { return bits == 2 || bits == 4 || bits == 8; }

/** Which inputs of a block pair p joins. */
constexpr int firstOfPair(int bits, int p) {
  if (!pairsByPlace(bits)) return 2 * p;
  const int half = 16 / bits;  // codes in half a word
  return p / half * 2 * half + p % half;
}
constexpr int secondOfPair(int bits, int p) { return pairsByPlace(bits) ? firstOfPair(bits, p) + 16 / bits : 2 * p + 1; }

/** Pairs of inputs with pairs of weights. */
struct PairProduct {
  static constexpr int together = 2;
  static Vector __attribute__((always_inline)) add(Vector sum, Vector x, Vector b) { return (Vector)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)b); }
};

/** Codes as pairs. */
struct PairCodes : PairProduct {
  template <int Bits, bool Own>
  static Vector __attribute__((always_inline)) element(const WordVector* words, int p, const Levels& levels) {
    constexpr bool looksUp = pairsByPlace(Bits) && Bits <= 4;
    // what stands above a code falls on one of the table's repetitions
    if constexpr (looksUp) return (Vector)_mm512_permutexvar_epi16((__m512i)codeAt<Bits, false>(words, firstOfPair(Bits, p)), levels.upperHalves);
    WordVector first = (WordVector)levelAt<Bits, Own>(words, firstOfPair(Bits, p), levels);
    WordVector second = (WordVector)levelAt<Bits, Own>(words, secondOfPair(Bits, p), levels);
    if constexpr (Own) {  // others are integers of up to 8 bits: exact
      first = roundUpper((Vector)first);
      second = roundUpper((Vector)second);
    }
    return (Vector)(first >> 16 | second);
  }
};

/** Outputs [row0, row0 + 2 W) of a float weight as pairs, zeros beyond the last one. */
void packPairPanel(PackedLinear& linear, int64_t panel, const float* weight, int64_t rows, int64_t columns, int64_t row0) {
  uint32_t* out = linear.pairs + panel * (linear.depth / 2) * tileColumns;
  for (int64_t k = 0; k < columns; k += 2, out += tileColumns)
    for (int64_t i = 0; i < tileColumns; i++) {
      const float* from = weight + (row0 + i) * columns + k;
      out[i] = row0 + i < rows ? bfloat16Pair(from[0], k + 1 < columns ? from[1] : 0.0f) : 0;
    }
}

int64_t pairWidth(const PackedLinear& linear) { return linear.depth / 2; }

/** Words of one row of pairs, every `rows` words. @param x rounded inputs as they lie in the panels, [depth] */
template <int Bits>
void layPairs(const float* x, int64_t depth, int64_t rows, float* out) {
  constexpr int pairs = Bits == 16 ? 1 : blockPairs;
  for (int64_t k = 0; k < depth; k += 2 * pairs, x += 2 * pairs) {
#pragma GCC unroll 16
    for (int p = 0; p < pairs; p++, out += rows) {
      uint32_t first, second;
      memcpy(&first, x + (Bits == 16 ? 0 : firstOfPair(Bits, p)), sizeof first);
      memcpy(&second, x + (Bits == 16 ? 1 : secondOfPair(Bits, p)), sizeof second);
      const uint32_t pair = first >> 16 | second;
      memcpy(out, &pair, sizeof pair);
    }
  }
}

/** Inputs of the rows of one tile as pairs, [depth / 2][rows]; and the sums of what they are rounded to. @param scratch a row */
void arrangePairs(const PackedLinear& linear, const float* x, int64_t rows, float* tile, float* sums, float* scratch) {
  for (int64_t row = 0; row < rows; row++, x += linear.in, tile++) {
    const int64_t whole = linear.order ? 0 : linear.in / W * W;
    for (int64_t k = 0; k < whole; k += W) store(scratch + k, (Vector)roundUpper(load(x + k)));
    for (int64_t k = whole; k < linear.depth; k++) {
      const int64_t at = linear.order ? linear.order[k] : k < linear.in ? k : -1;
      scratch[k] = fromBfloat16(toBfloat16(at < 0 ? 0.0f : x[at]));
    }
    if (linear.words) sumGroups(linear, nullptr, scratch, sums + row * linear.groups);
    switch (linear.words ? linear.bits : 16) {
      case 2: layPairs<2>(scratch, linear.depth, rows, tile); break;
      case 4: layPairs<4>(scratch, linear.depth, rows, tile); break;
      case 8: layPairs<8>(scratch, linear.depth, rows, tile); break;
      case 16: layPairs<16>(scratch, linear.depth, rows, tile); break;
      default: layPairs<3>(scratch, linear.depth, rows, tile); break;
    }
  }
}

int64_t pairScratch(const PackedLinear& linear, int64_t rows, int64_t panels) {
  const int64_t product = linearScratch(linear, rows, panels);
  return product > linear.depth + W ? product : linear.depth + W;
}

void pairProduct(const PackedLinear& linear, const LinearInputs& inputs, float* y, int64_t row0, int64_t row1, int64_t panel0, int64_t panel1, float* scratch) {
  if (linear.words)
    linearCodes<PairCodes>(linear, inputs, y, row0, row1, panel0, panel1, scratch);
  else
    tilePanels<PairProduct>(inputs, reinterpret_cast<const float*>(linear.pairs), linear.out, y, row0, row1, panel0, panel1);
}

}  // namespace
