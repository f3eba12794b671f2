// Products with packed weights, x [rows, in] * W^T + bias.
#pragma once
#include "matmul.h"
#include "packed-linear.h"

namespace {

/** Copies outputs [row0, row0 + 2 W) of a float weight [rows, columns] into a panel, zeros beyond the last one. */
void packFloatPanel(PackedLinear& linear, int64_t panel, const float* weight, int64_t rows, int64_t columns, int64_t row0) {
  const int64_t left = rows - row0;
  packColumns(weight, 1, columns, row0, left < tileColumns ? left : tileColumns, 0, columns, linear.floats + panel * linear.depth * tileColumns);
}

THINKBITS_INLINE void addBias(const PackedLinear& linear, float* y, int64_t yRow, int64_t row0, int64_t row1, int64_t panel) {
  if (!linear.bias) return;
  const int64_t first = panel * tileColumns;
  const int64_t last = first + tileColumns < linear.out ? first + tileColumns : linear.out;
  for (int64_t row = row0; row < row1; row++)
    for (int64_t j = first; j < last; j++) y[row * yRow + j] += linear.bias[j];
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
  for (int64_t panel = panel0; panel < panel1; panel++) addBias(linear, y, yRow, row0, row1, panel);
}

}  // namespace
