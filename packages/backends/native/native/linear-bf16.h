// Products in bfloat16, with sums in float32, by the instruction of AVX512_BF16.
#pragma once
#include "bfloat16-pairs.h"

namespace {

/** Pairs of inputs with pairs of weights. */
struct PairProduct {
  static constexpr int together = PairCodes::together;
  static Vector __attribute__((always_inline)) add(Vector sum, Vector x, Vector b) { return (Vector)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)b); }
};

struct PairCodeProduct : PairCodes {
  static Vector __attribute__((always_inline)) add(Vector sum, Vector x, Vector b) { return PairProduct::add(sum, x, b); }
};

/** Inputs of the rows of one tile, [depth / 2][rows]. */
void arrangePairs(const PackedLinear& linear, const float* x, int64_t rows, float* tile, float* sums, float* scratch) {
  layRowsOfPairs(linear, x, rows, 1, rows, tile, sums, scratch);
}

int64_t pairScratch(const PackedLinear& linear, int64_t rows, int64_t panels) {
  const int64_t product = linearScratch(linear, rows, panels);
  return product > linear.depth + W ? product : linear.depth + W;
}

void pairProduct(const PackedLinear& linear, const LinearInputs& inputs, float* y, int64_t row0, int64_t row1, int64_t panel0, int64_t panel1, float* scratch) {
  if (linear.words)
    linearCodes<PairCodeProduct>(linear, inputs, y, row0, row1, panel0, panel1, scratch);
  else
    tilePanels<PairProduct>(inputs, reinterpret_cast<const float*>(linear.pairs), linear.out, y, row0, row1, panel0, panel1);
}

}  // namespace
