// Rounding with error feedback (numerics/src/compensated-rounding) and the panels of its Cholesky factors: eight rows side by
// side in float64, every row with the sums, the order and the roundings of the TypeScript loops, so that the bits are theirs.
// Products of two floats are exact in float64: whether they are fused with a sum changes nothing.
#pragma once
#include "float-elements.h"
#include "kernels.h"
#include "vector.h"

namespace {

/** Columns of a block, or of a panel, that fit the buffers on the stack. */
constexpr int64_t widestBlock = compensationWidth;

THINKBITS_INLINE DoubleVector roundToFloat(DoubleVector x) {
  return __builtin_convertvector(__builtin_convertvector(x, HalfVector), DoubleVector);
}

/** Sums a[i] * b[i] over i < count; four at a time and added in the order of the TypeScript loop. */
THINKBITS_INLINE DoubleVector dotRows(const DoubleVector* a, const double* b, int64_t count) {
  DoubleVector s0 = {}, s1 = {}, s2 = {}, s3 = {};
  const int64_t fours = count - count % 4;
  int64_t i = 0;
  for (; i < fours; i += 4) {
    s0 += a[i] * splatDoubles(b[i]);
    s1 += a[i + 1] * splatDoubles(b[i + 1]);
    s2 += a[i + 2] * splatDoubles(b[i + 2]);
    s3 += a[i + 3] * splatDoubles(b[i + 3]);
  }
  for (; i < count; i++) s0 += a[i] * splatDoubles(b[i]);
  return s0 + s1 + (s2 + s3);
}

/** The nearest codes of a kind of floats, and what they stand for. */
template <FloatElement Element>
THINKBITS_INLINE DoubleVector roundToElements(DoubleVector x, int* codes) {
  float wide[W] = {}, level[W];
  storeRounded(wide, x);
  const IntVector nearest = encodeElements<Element>(load(wide));
  store(level, decodeElements<Element>(nearest));
  for (int lane = 0; lane < D; lane++) codes[lane] = nearest[lane];
  return widen(level);
}

/** Columns of a block by position, transposed in float64: feedback[k][l] = matrix[start + l, start + k]. */
void packFeedback(const float* matrix, int64_t columns, int64_t start, int64_t width, double* out) {
  for (int64_t l = 0; l < width; l++) {
    const float* from = matrix + (start + l) * columns + start;
    for (int64_t k = l; k < width; k++) out[k * width + l] = from[k];
  }
}

/** Up to eight rows of a block while they are rounded, column by column. */
struct RowsOfBlock {
  const CompensationJob& job;
  int64_t row, count;  // the first row, and how many lanes stand for one; others repeat the last
  RowsOfBlock(const CompensationJob& block, int64_t first, int64_t end) : job(block), row(first), count(end - first < D ? end - first : D) {}

  DoubleVector errors[widestBlock], minusWeights[widestBlock];

  int64_t rowOf(int lane) const { return row + (lane < count ? lane : count - 1); }

  DoubleVector gather(const float* from, int64_t stride) const {
    DoubleVector v;
    for (int lane = 0; lane < D; lane++) v[lane] = from[rowOf(lane) * stride];
    return v;
  }

  /** Takes the errors of the first `known` columns. */
  void open(int64_t known) {
    const int64_t width = job.end - job.start;
    for (int64_t k = 0; k < known; k++) {
      errors[k] = gather(job.errors + k, width);
      if (job.answer) minusWeights[k] = gather(job.minusWeights + k, width);
    }
  }

  /** The weights of column k with what the first `known` columns ask of it. */
  DoubleVector weightAt(int64_t k, int64_t known) const {
    const int64_t width = job.end - job.start;
    DoubleVector own = gather(job.work + job.start + k, job.columns);
    if (known > 0) own = own - dotRows(errors, job.feedback + k * width, known);
    if (job.answer && known > 0) own = own - dotRows(minusWeights, job.answer + k * width, known);
    return roundToFloat(own);
  }
};

/** Weights of rows [row0, row1) at positions [from, to) as the columns before `from` leave them, to out [rows, to - from]. */
void correctRows(const CompensationJob& job, int64_t row0, int64_t row1) {
  const int64_t known = job.from - job.start, length = job.to - job.from;
  for (int64_t row = row0; row < row1; row += D) {
    RowsOfBlock rows(job, row, row1);
    rows.open(known);
    for (int64_t l = 0; l < length; l++) {
      const DoubleVector value = rows.weightAt(known + l, known);
      for (int lane = 0; lane < rows.count; lane++) job.out[(row + lane) * length + l] = static_cast<float>(value[lane]);
    }
  }
}

/** Rounds rows [row0, row1) at positions [from, to): see round-block.ts. */
void sweepRows(const CompensationJob& job, int64_t row0, int64_t row1) {
  const int64_t width = job.end - job.start;
  const DoubleVector shift = splatDoubles(6755399441055744.0);  // 1.5 * 2^52: adding it rounds half to even
  const DoubleVector lowest = splatDoubles(job.lowest), highest = splatDoubles(job.highest);
  for (int64_t row = row0; row < row1; row += D) {
    RowsOfBlock rows(job, row, row1);
    rows.open(job.from - job.start);
    for (int64_t k = job.from - job.start; k < job.to - job.start; k++) {
      const int64_t position = job.start + k;
      const DoubleVector scale = rows.gather(job.scales + job.groupOf[position], job.perRow);
      const DoubleVector zero = rows.gather(job.zeros + job.groupOf[position], job.perRow);
      const DoubleVector value = rows.weightAt(k, k);
      const DoubleVector quotient = roundToFloat(value / scale);
      int codes[D];
      DoubleVector level;
      if (job.floats) {
        level = forElement(job.element, [&](auto element) { return roundToElements<element>(quotient, codes); });
      } else {
        DoubleVector code = quotient + shift - shift + zero;
        code = code > lowest ? code : lowest;
        code = code < highest ? code : highest;
        level = code - zero;
        for (int lane = 0; lane < D; lane++) codes[lane] = static_cast<int>(code[lane]);
      }
      const DoubleVector error = roundToFloat((value - roundToFloat(scale * level)) / splatDoubles(job.feedback[k * width + k]));
      rows.errors[k] = error;
      if (job.answer) rows.minusWeights[k] = -value;
      uint8_t* to = job.codes + job.order[position];
      for (int lane = 0; lane < rows.count; lane++) to[(row + lane) * job.columns] = static_cast<uint8_t>(codes[lane]);
      for (int lane = 0; lane < rows.count; lane++) job.errors[(row + lane) * width + k] = static_cast<float>(error[lane]);
      for (int lane = 0; job.answer && lane < rows.count; lane++) job.minusWeights[(row + lane) * width + k] = static_cast<float>(-value[lane]);
    }
  }
}

/** Columns [left, until) of G * 8 rows of a lower factor from row `row` on; see factorPanel in cholesky-factor.ts. */
template <int G>
void factorRowsOf(float* matrix, int64_t size, int64_t left, int64_t until, int64_t row) {
  DoubleVector x[widestBlock][G];
  for (int64_t j = left; j < until; j++)
    for (int lane = 0; lane < G * D; lane++) x[j - left][lane / D][lane % D] = matrix[(row + lane) * size + j];
  for (int64_t j = left; j < until; j++) {
    const float* other = matrix + j * size;
    DoubleVector value[G];
    for (int g = 0; g < G; g++) value[g] = x[j - left][g];
    for (int64_t p = left; p < j; p++) {
      const DoubleVector factor = splatDoubles(other[p]);
      for (int g = 0; g < G; g++) value[g] = value[g] - x[p - left][g] * factor;
    }
    for (int g = 0; g < G; g++) x[j - left][g] = roundToFloat(value[g] / splatDoubles(other[j]));
  }
  for (int64_t j = left; j < until; j++)
    for (int lane = 0; lane < G * D; lane++) matrix[(row + lane) * size + j] = static_cast<float>(x[j - left][lane / D][lane % D]);
}

/** Columns [from, right) of one row, which may cross the diagonal; returns whether its root is positive and finite. */
bool factorRow(float* matrix, int64_t size, int64_t left, int64_t right, int64_t from, int64_t row) {
  float* own = matrix + row * size;
  for (int64_t j = from; j < right && j <= row; j++) {
    const float* other = matrix + j * size;
    double value = own[j];
    for (int64_t p = left; p < j; p++) value = value - static_cast<double>(own[p]) * other[p];
    if (j < row) {
      own[j] = static_cast<float>(value / other[j]);
      continue;
    }
    const float root = static_cast<float>(__builtin_sqrt(value));
    if (!(root > 0 && root < INFINITY)) return false;
    own[j] = root;
  }
  return true;
}

/** The diagonal block of a panel; rows of eight as far as columns reach before them. */
bool factorDiagonal(float* matrix, int64_t size, int64_t left, int64_t right) {
  for (int64_t row = left; row < right; row += D) {
    const int64_t count = right - row < D ? right - row : D;
    if (count == D && row > left) factorRowsOf<1>(matrix, size, left, row, row);
    for (int64_t i = row; i < row + count; i++)
      if (!factorRow(matrix, size, left, right, count == D ? row : left, i)) return false;
  }
  return true;
}

/** Rows [row0, row1) below the diagonal block of a panel. */
void factorBelow(float* matrix, int64_t size, int64_t left, int64_t right, int64_t row0, int64_t row1) {
  int64_t row = row0;
  for (; row + 4 * D <= row1; row += 4 * D) factorRowsOf<4>(matrix, size, left, right, row);
  for (; row + D <= row1; row += D) factorRowsOf<1>(matrix, size, left, right, row);
  for (; row < row1; row++) factorRow(matrix, size, left, right, left, row);
}

/** Solves L y = x for columns [column0, column1) of x [bottom - top, width], in place; see invert-lower.ts. */
void solveColumns(const float* matrix, int64_t size, int64_t top, int64_t bottom, float* x, int64_t width, int64_t column0, int64_t column1) {
  constexpr int G = 4;
  int64_t column = column0;
  for (; column + G * D <= column1; column += G * D) {
    for (int64_t i = top; i < bottom; i++) {
      const float* factors = matrix + i * size;
      float* to = x + (i - top) * width + column;
      DoubleVector value[G];
      for (int g = 0; g < G; g++) value[g] = widen(to + g * D);
      for (int64_t p = top; p < i; p++) {
        const DoubleVector factor = splatDoubles(factors[p]);
        const float* from = x + (p - top) * width + column;
        for (int g = 0; g < G; g++) value[g] = roundToFloat(value[g] - factor * widen(from + g * D));
      }
      for (int g = 0; g < G; g++) storeRounded(to + g * D, value[g] / splatDoubles(factors[i]));
    }
  }
  for (; column < column1; column++) {
    for (int64_t i = top; i < bottom; i++) {
      float& to = x[(i - top) * width + column];
      for (int64_t p = top; p < i; p++) to = static_cast<float>(to - static_cast<double>(matrix[i * size + p]) * x[(p - top) * width + column]);
      to = static_cast<float>(to / static_cast<double>(matrix[i * size + i]));
    }
  }
}

}  // namespace
