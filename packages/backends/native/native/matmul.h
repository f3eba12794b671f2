// Matrix products in float32 (Goto and van de Geijn 2008): panels of b are copied to where the second cache is and a tile of a to
// the first, a tile of c stays in registers. Every element of c is one sum over k in order, whatever the block it lies in.
#pragma once
#include "kernels.h"
#include "vector.h"

namespace {

#if THINKBITS_WIDTH == 16
constexpr int tileRows = 12;
#elif THINKBITS_WIDTH == 8
constexpr int tileRows = 6;
#elif defined(__aarch64__)
constexpr int tileRows = 8;
#else
constexpr int tileRows = 4;
#endif
constexpr int tileColumns = 2 * W;
/**
 * A block of b is most of what the second cache holds, a tile of a half of the first. A deep block is read and written less often in c, which
 * lies far from both: tiles of six rows have room for that.
 */
constexpr int64_t blockDepth = W == 8 ? 768 : 384;
constexpr int64_t blockColumns = W == 8 ? 128 : 32 * W;
static_assert((blockColumns + tileRows) * blockDepth + W <= scratchFloats, "a block and a tile fit the scratch");
/** Rows that share a block of b: so many that copying it is a small part of the work, and whole tiles, as rows are packed. */
constexpr int64_t blockRows = 2048 / tileRows * tileRows;

/** How a tile multiplies: floats with floats, one input at a time. */
struct FloatProduct {
  /** Inputs that one element of a panel holds. */
  static constexpr int together = 1;
  static Vector __attribute__((always_inline)) add(Vector sum, Vector x, Vector b) { return sum + x * b; }
};

/** c [R, 2 W] (+)= a [depth][R] * b [depth][2 W]. */
template <class Product, int R>
void tile(const float* a, const float* b, float* c, int64_t cRow, int64_t depth, bool accumulate) {
  Vector left[R], right[R];
#pragma GCC unroll 16
  for (int i = 0; i < R; i++) {
    left[i] = accumulate ? load(c + i * cRow) : Vector{};
    right[i] = accumulate ? load(c + i * cRow + W) : Vector{};
  }
  for (int64_t k = 0; k < depth; k++, a += R, b += tileColumns) {
    const Vector b0 = load(b), b1 = load(b + W);
#pragma GCC unroll 16
    for (int i = 0; i < R; i++) {
      const Vector x = splat(a[i]);
      left[i] = Product::add(left[i], x, b0);
      right[i] = Product::add(right[i], x, b1);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < R; i++) {
    store(c + i * cRow, left[i]);
    store(c + i * cRow + W, right[i]);
  }
}

typedef void (*Tile)(const float*, const float*, float*, int64_t, int64_t, bool);

/** The tile of `rows` rows. */
template <class Product, int R = tileRows>
THINKBITS_INLINE Tile tileOf(int64_t rows) {
  if constexpr (R > 1) {
    if (rows < R) return tileOf<Product, R - 1>(rows);
  }
  return tile<Product, R>;
}

/** A tile of c that may be cut off on the right: computed aside, then copied. */
template <class Product>
THINKBITS_INLINE void tileWithin(const float* a, const float* b, float* c, int64_t cRow, int64_t depth, bool accumulate, int64_t rows, int64_t columns) {
  if (columns >= tileColumns) {
    tileOf<Product>(rows)(a, b, c, cRow, depth, accumulate);
    return;
  }
  float whole[tileRows * tileColumns];
  for (int64_t i = 0; i < rows && accumulate; i++) {
    for (int64_t j = 0; j < tileColumns; j++) whole[i * tileColumns + j] = j < columns ? c[i * cRow + j] : 0.0f;
  }
  tileOf<Product>(rows)(a, b, whole, tileColumns, depth, accumulate);
  for (int64_t i = 0; i < rows; i++) memcpy(c + i * cRow, whole + i * tileColumns, columns * sizeof(float));
}

/** Some rows of a, `aRow` apart, side by side: [depth][rows]. Writes up to W floats behind them. */
THINKBITS_INLINE void packTile(const float* a, int64_t aRow, int64_t aDepth, int64_t rows, int64_t depth, float* out) {
  int64_t k = 0;
  if (aDepth == 1 && rows == 1) {
    memcpy(out, a, depth * sizeof(float));
    return;
  }
  if (aDepth == 1 && tileRows <= W) {
    for (; k + W <= depth; k += W) {
      Vector block[W];
#pragma GCC unroll 16
      for (int i = 0; i < W; i++) block[i] = i < rows ? load(a + i * aRow + k) : Vector{};
      transposeBlock(block);
#pragma GCC unroll 16
      for (int d = 0; d < W; d++) store(out + (k + d) * rows, block[d]);
    }
  }
  if (aRow == 1 && rows == tileRows) {
    for (; k < depth; k++) memcpy(out + k * tileRows, a + k * aDepth, sizeof(float) * tileRows);
    return;
  }
  for (; k < depth; k++)
    for (int64_t i = 0; i < rows; i++) out[k * rows + i] = a[i * aRow + k * aDepth];
}

/** Columns [column, column + columns) and depths [k0, k1) of b as [depth][2 W], with zeros on the right. */
THINKBITS_INLINE void packColumns(const float* b, int64_t bDepth, int64_t bColumn, int64_t column, int64_t columns, int64_t k0, int64_t k1, float* out) {
  const float* from = b + column * bColumn + k0 * bDepth;
  if (bColumn == 1 && columns >= tileColumns) {
    for (int64_t k = k0; k < k1; k++, from += bDepth, out += tileColumns) {
      fetch(from + 16 * bDepth, 2 * W);
      store(out, load(from));
      store(out + W, load(from + W));
    }
    return;
  }
  if (bDepth == 1 && columns >= tileColumns) {
    int64_t k = k0;
    for (; k + W <= k1; k += W, from += W, out += W * tileColumns) {
      for (int64_t half = 0; half < tileColumns; half += W) {
        Vector block[W];
        for (int j = 0; j < W; j++) block[j] = load(from + (half + j) * bColumn);
        transposeBlock(block);
        for (int d = 0; d < W; d++) store(out + d * tileColumns + half, block[d]);
      }
    }
    for (; k < k1; k++, from++, out += tileColumns)
      for (int64_t j = 0; j < tileColumns; j++) out[j] = from[j * bColumn];
    return;
  }
  if (columns < tileColumns) memset(out, 0, (k1 - k0) * tileColumns * sizeof(float));
  const int64_t count = columns < tileColumns ? columns : tileColumns;
  // eight depths at a time, so that what is read of a column is one piece of a cache line
  for (int64_t k = k0; k < k1; k += 8, from += 8 * bDepth, out += 8 * tileColumns) {
    const int64_t depths = k1 - k < 8 ? k1 - k : 8;
    for (int64_t j = 0; j < count; j++) {
      for (int64_t d = 0; d < depths; d++) out[d * tileColumns + j] = from[j * bColumn + d * bDepth];
    }
  }
}

/** Floats behind a packed tile, over which packing may write. */
constexpr int64_t tileSlack = W;

/** Where a tile lies within rows that are packed: [blocks of depth][tiles]. */
THINKBITS_INLINE int64_t packedAt(int64_t rows, int64_t row, int64_t k0, int64_t depth) {
  const int64_t tiles = (rows + tileRows - 1) / tileRows;
  return tiles * (tileRows * k0 + tileSlack * (k0 / blockDepth)) + row / tileRows * (tileRows * depth + tileSlack);
}

int64_t packedFloats(int64_t rows, int64_t depth) {
  const int64_t tiles = (rows + tileRows - 1) / tileRows, blocks = (depth + blockDepth - 1) / blockDepth;
  return tiles * (tileRows * depth + tileSlack * blocks);
}

void packRows(const MatmulJob& job, int64_t row0, int64_t row1, float* packed) {
  for (int64_t k0 = 0; k0 < job.depth; k0 += blockDepth) {
    const int64_t depth = job.depth - k0 < blockDepth ? job.depth - k0 : blockDepth;
    for (int64_t row = row0; row < row1; row += tileRows) {
      const int64_t rows = row1 - row < tileRows ? row1 - row : tileRows;
      packTile(job.a + row * job.aRow + k0 * job.aDepth, job.aRow, job.aDepth, rows, depth, packed + packedAt(job.rows, row, k0, depth));
    }
  }
}

void matmulBlock(const MatmulJob& job, int64_t row0, int64_t row1, int64_t column0, int64_t column1, float* scratch) {
  float* panels = scratch;
  float* ownTile = scratch + blockColumns * blockDepth;
  for (int64_t k0 = 0; k0 < job.depth || k0 == 0; k0 += blockDepth) {
    const int64_t k1 = job.depth - k0 < blockDepth ? job.depth : k0 + blockDepth, depth = k1 - k0;
    const bool accumulate = k0 > 0 || job.accumulate;
    for (int64_t column = column0; column < column1; column += tileColumns) {
      const int64_t columns = column1 - column < tileColumns ? column1 - column : tileColumns;
      if (job.upper && column + columns <= row0) continue;
      packColumns(job.b, job.bDepth, job.bColumn, column, columns, k0, k1, panels + (column - column0) * depth);
    }
    for (int64_t row = row0; row < row1; row += tileRows) {
      const int64_t rows = row1 - row < tileRows ? row1 - row : tileRows;
      if (job.upper && column1 <= row) break;
      const float* a = job.a + row * job.aRow + k0 * job.aDepth;
      if (!job.packed) packTile(a, job.aRow, job.aDepth, rows, depth, ownTile);
      const float* rowTile = job.packed ? job.packed + packedAt(job.rows, row, k0, depth) : ownTile;
      // the next tile's rows come while this one is multiplied, a part with every panel; packed ones lie in a row
      const int64_t coming = job.aDepth == 1 && !job.packed ? row1 - row - rows : 0, share = (depth * tileColumns + column1 - column0 - 1) / (column1 - column0);
      const float* next = a + rows * job.aRow;
      for (int64_t column = column0; column < column1; column += tileColumns, next += share) {
        const int64_t columns = column1 - column < tileColumns ? column1 - column : tileColumns;
        for (int64_t i = 0; i < tileRows && i < coming; i++) fetch(next + i * job.aRow, share);
        if (job.upper && column + columns <= row) continue;
        float* c = job.c + row * job.cRow + column;
        // rows of c lie far apart: those of the next tile are asked for
        for (int64_t i = 0; i < rows; i++) __builtin_prefetch(c + i * job.cRow + tileColumns, 1, 3);
        tileWithin<FloatProduct>(rowTile, panels + (column - column0) * depth, c, job.cRow, depth, accumulate, rows, columns);
      }
    }
  }
}

/** Rows from which copying b into panels pays. */
constexpr int64_t fewRows = 8;

bool matmulStreams(const MatmulJob& job) { return job.rows <= fewRows && job.bColumn == 1; }

/** Few rows: b is read once, row after row, four at a time; c stays in the first cache. */
void matmulStream(const MatmulJob& job, int64_t column0, int64_t column1) {
  const int64_t whole = column0 + (column1 - column0) / W * W;
  if (!job.accumulate) {
    for (int64_t m = 0; m < job.rows; m++) memset(job.c + m * job.cRow + column0, 0, (column1 - column0) * sizeof(float));
  }
  int64_t k = 0;
  for (; k + 4 <= job.depth; k += 4) {
    const float* b = job.b + k * job.bDepth;
    float x[fewRows][4];
    for (int64_t m = 0; m < job.rows; m++)
      for (int64_t d = 0; d < 4; d++) x[m][d] = job.a[m * job.aRow + (k + d) * job.aDepth];
    for (int64_t column = column0; column < whole; column += W) {
      const Vector b0 = load(b + column), b1 = load(b + job.bDepth + column);
      const Vector b2 = load(b + 2 * job.bDepth + column), b3 = load(b + 3 * job.bDepth + column);
      for (int64_t m = 0; m < job.rows; m++) {
        float* c = job.c + m * job.cRow + column;
        Vector sum = load(c);
        sum += splat(x[m][0]) * b0;
        sum += splat(x[m][1]) * b1;
        sum += splat(x[m][2]) * b2;
        sum += splat(x[m][3]) * b3;
        store(c, sum);
      }
    }
    for (int64_t column = whole; column < column1; column++) {
      for (int64_t m = 0; m < job.rows; m++) {
        float& c = job.c[m * job.cRow + column];
        for (int64_t d = 0; d < 4; d++) c += x[m][d] * b[d * job.bDepth + column];
      }
    }
  }
  for (; k < job.depth; k++) {
    const float* b = job.b + k * job.bDepth;
    for (int64_t m = 0; m < job.rows; m++) {
      const float x = job.a[m * job.aRow + k * job.aDepth];
      float* c = job.c + m * job.cRow;
      for (int64_t column = column0; column < column1; column++) c[column] += x * b[column];
    }
  }
}

}  // namespace
