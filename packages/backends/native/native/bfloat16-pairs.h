// Inputs and weights of products in bfloat16. Inputs are rounded to it; codes are exact in it, so that scales and zeros act as they do in linear.h;
// weights that are no codes are rounded once and take half the memory.
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

/** Codes as pairs. */
struct PairCodes {
  static constexpr int together = 2;

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
  int64_t k = 0;
  for (; k + W <= columns; k += W, out += W / 2 * tileColumns)
    for (int64_t half = 0; half < tileColumns; half += W) {
      Vector block[W];
      for (int i = 0; i < W; i++) block[i] = row0 + half + i < rows ? load(weight + (row0 + half + i) * columns + k) : Vector{};
      transposeBlock(block);
      for (int d = 0; d < W; d += 2) {
        const WordVector pair = roundUpper(block[d]) >> 16 | roundUpper(block[d + 1]);
        memcpy(out + d / 2 * tileColumns + half, &pair, sizeof pair);
      }
    }
  for (; k < columns; k += 2, out += tileColumns)
    for (int64_t i = 0; i < tileColumns; i++) {
      const float* from = weight + (row0 + i) * columns + k;
      out[i] = row0 + i < rows ? bfloat16Pair(from[0], k + 1 < columns ? from[1] : 0.0f) : 0;
    }
}

int64_t pairWidth(const PackedLinear& linear) { return linear.depth / 2; }

/** Words of one row of pairs, `step` words apart, and those of a block 16 `rows` after those of the last one. @param x rounded inputs as they lie in the panels, [depth] */
template <int Bits>
void layPairs(const float* x, int64_t depth, int64_t rows, int64_t step, float* out) {
  for (int64_t k = 0; k < depth; k += blockInputs, x += blockInputs, out += blockPairs * rows) {
#pragma GCC unroll 16
    for (int p = 0; p < blockPairs; p++) {
      uint32_t first, second;
      memcpy(&first, x + firstOfPair(Bits, p), sizeof first);
      memcpy(&second, x + secondOfPair(Bits, p), sizeof second);
      const uint32_t pair = first >> 16 | second;
      memcpy(out + p * step, &pair, sizeof pair);
    }
  }
}

/** The rows of one tile as pairs, row i from tile + i * rowStep on as layPairs lays it; and the sums of what they are rounded to. @param scratch a row */
THINKBITS_INLINE void layRowsOfPairs(const PackedLinear& linear, const float* x, int64_t rows, int64_t rowStep, int64_t step, float* tile, float* sums, float* scratch) {
  for (int64_t row = 0; row < rows; row++, x += linear.in, tile += rowStep) {
    const int64_t whole = linear.order ? 0 : linear.in / W * W;
    for (int64_t k = 0; k < whole; k += W) store(scratch + k, (Vector)roundUpper(load(x + k)));
    for (int64_t k = whole; k < linear.depth; k++) {
      const int64_t at = linear.order ? linear.order[k] : k < linear.in ? k : -1;
      scratch[k] = fromBfloat16(toBfloat16(at < 0 ? 0.0f : x[at]));
    }
    if (linear.words) sumGroups(linear, nullptr, scratch, sums + row * linear.groups);
    switch (linear.words ? linear.bits : 16) {
      case 2: layPairs<2>(scratch, linear.depth, rows, step, tile); break;
      case 4: layPairs<4>(scratch, linear.depth, rows, step, tile); break;
      case 8: layPairs<8>(scratch, linear.depth, rows, step, tile); break;
      default: layPairs<16>(scratch, linear.depth, rows, step, tile); break;
    }
  }
}

}  // namespace
