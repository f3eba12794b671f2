// Element by element, row by row: what is bound by memory and only has to be read and written once.
#pragma once
#include <math.h>
#include "kernels.h"
#include "vector.h"

namespace {

template <class F>
THINKBITS_INLINE void mapPairs(const float* a, const float* b, float* out, int64_t count, bool aScalar, bool bScalar, F f) {
  const Vector a0 = splat(aScalar ? a[0] : 0), b0 = splat(bScalar ? b[0] : 0);
  int64_t i = 0;
  for (; i + W <= count; i += W) store(out + i, f(aScalar ? a0 : load(a + i), bScalar ? b0 : load(b + i)));
  if (i == count) return;
  float left[W] = {}, right[W] = {}, result[W];
  for (int64_t j = i; j < count; j++) {
    left[j - i] = aScalar ? a[0] : a[j];
    right[j - i] = bScalar ? b[0] : b[j];
  }
  store(result, f(load(left), load(right)));
  for (int64_t j = i; j < count; j++) out[j] = result[j - i];
}

void binaryRow(Binary op, const float* a, const float* b, float* out, int64_t count, bool aScalar, bool bScalar) {
  const auto map = [&](auto f) { mapPairs(a, b, out, count, aScalar, bScalar, f); };
  switch (op) {
    case Binary::add: return map([](Vector x, Vector y) { return x + y; });
    case Binary::subtract: return map([](Vector x, Vector y) { return x - y; });
    case Binary::multiply: return map([](Vector x, Vector y) { return x * y; });
    case Binary::divide: return map([](Vector x, Vector y) { return x / y; });
    // NaN wins on either side, as in Math.max
    case Binary::maximum: return map([](Vector x, Vector y) { return x != x ? x : (x > y ? x : y); });
    case Binary::minimum: return map([](Vector x, Vector y) { return x != x ? x : (x < y ? x : y); });
    case Binary::squaredDifference: return map([](Vector x, Vector y) { return (x - y) * (x - y); });
    case Binary::count: return;
  }
}

template <class F>
THINKBITS_INLINE void comparePairs(const float* a, const float* b, uint8_t* out, int64_t count, bool aScalar, bool bScalar, F f) {
  if (aScalar)
    for (int64_t i = 0; i < count; i++) out[i] = f(a[0], b[bScalar ? 0 : i]);
  else if (bScalar)
    for (int64_t i = 0; i < count; i++) out[i] = f(a[i], b[0]);
  else
    for (int64_t i = 0; i < count; i++) out[i] = f(a[i], b[i]);
}

void compareRow(Comparison op, const float* a, const float* b, uint8_t* out, int64_t count, bool aScalar, bool bScalar) {
  const auto map = [&](auto f) { comparePairs(a, b, out, count, aScalar, bScalar, f); };
  switch (op) {
    case Comparison::equal: return map([](float x, float y) { return x == y; });
    case Comparison::notEqual: return map([](float x, float y) { return x != y; });
    case Comparison::less: return map([](float x, float y) { return x < y; });
    case Comparison::lessEqual: return map([](float x, float y) { return x <= y; });
    case Comparison::greater: return map([](float x, float y) { return x > y; });
    case Comparison::greaterEqual: return map([](float x, float y) { return x >= y; });
    case Comparison::count: return;
  }
}

/** What lies outside of [low, high] becomes the nearest end. */
void clipRow(const float* x, float* out, int64_t count, float low, float high) {
  for (int64_t i = 0; i < count; i++) {
    const float value = x[i];
    out[i] = value > high ? high : (value < low ? low : value);
  }
}

template <class F>
THINKBITS_INLINE void mapEach(const float* x, float* out, int64_t count, F f) {
  int64_t i = 0;
  for (; i + W <= count; i += W) store(out + i, f(load(x + i)));
  if (i == count) return;
  float rest[W] = {}, result[W];
  for (int64_t j = i; j < count; j++) rest[j - i] = x[j];
  store(result, f(load(rest)));
  for (int64_t j = i; j < count; j++) out[j] = result[j - i];
}

template <class F>
THINKBITS_INLINE Vector lanes(Vector x, F f) {
  Vector y = x;
  for (int i = 0; i < W; i++) y[i] = f(x[i]);
  return y;
}

void unaryRow(Unary op, const float* x, float* out, int64_t count) {
  const auto map = [&](auto f) { mapEach(x, out, count, f); };
  switch (op) {
    case Unary::negate: return map([](Vector v) { return -v; });
    case Unary::absolute: return map([](Vector v) { return lanes(v, [](float t) { return __builtin_fabsf(t); }); });
    case Unary::square: return map([](Vector v) { return v * v; });
    case Unary::squareRoot: return map([](Vector v) { return lanes(v, [](float t) { return __builtin_sqrtf(t); }); });
    case Unary::reciprocalSquareRoot: return map([](Vector v) { return 1.0f / lanes(v, [](float t) { return __builtin_sqrtf(t); }); });
    case Unary::exponential:
      return map([](Vector v) {
        const Vector e = exponential(v);
        return v != v ? v : (v < -87.0f ? splat(0) : (v > 88.0f ? lanes(v, [](float t) { return expf(t); }) : e));
      });
    case Unary::sigmoid: return map([](Vector v) { return v != v ? v : 1.0f / (1.0f + exponential(-v)); });
    case Unary::reciprocal: return map([](Vector v) { return 1.0f / v; });
    case Unary::relu: return map([](Vector v) { return v < 0.0f ? splat(0) : v; });
    case Unary::roundHalfEven: return map([](Vector v) { return lanes(v, [](float t) { return __builtin_rintf(t); }); });
    case Unary::floor: return map([](Vector v) { return lanes(v, [](float t) { return __builtin_floorf(t); }); });
    case Unary::ceil: return map([](Vector v) { return lanes(v, [](float t) { return __builtin_ceilf(t); }); });
    case Unary::sign: return map([](Vector v) { return v > 0.0f ? splat(1) : (v < 0.0f ? splat(-1) : splat(0)); });
    case Unary::count: return;
  }
}

THINKBITS_INLINE float largest(const float* x, int64_t count) {
  Vector highs = splat(-INFINITY);
  IntVector unordered = {};
  int64_t i = 0;
  for (; i + W <= count; i += W) {
    const Vector v = load(x + i);
    highs = maximum(v, highs);
    unordered |= v != v;
  }
  float high = -INFINITY;
  bool missing = false;
  for (int j = 0; j < W; j++) {
    high = highs[j] > high ? highs[j] : high;
    missing |= unordered[j] != 0;
  }
  for (; i < count; i++) {
    if (x[i] > high) high = x[i];
    missing |= x[i] != x[i];
  }
  return missing ? NAN : high;
}

THINKBITS_INLINE float smallest(const float* x, int64_t count) {
  float low = INFINITY;
  bool missing = false;
  for (int64_t i = 0; i < count; i++) {
    if (x[i] < low) low = x[i];
    missing |= x[i] != x[i];
  }
  return missing ? NAN : low;
}

bool allFiniteOf(const float* x, int64_t count) {
  IntVector bad = {};
  int64_t i = 0;
  for (; i + W <= count; i += W) {
    const Vector v = load(x + i);
    bad |= v - v != Vector{};
  }
  bool finite = true;
  for (int j = 0; j < W; j++) finite &= bad[j] == 0;
  for (; i < count; i++) finite &= x[i] - x[i] == 0.0f;
  return finite;
}

/** Sums in float64, in eight lanes: the order depends on the width of a row alone. */
THINKBITS_INLINE double total(const float* x, int64_t count) {
  double lanes[8] = {};
  int64_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (int j = 0; j < 8; j++) lanes[j] += x[i + j];
  double sum = 0;
  for (int j = 0; j < 8; j++) sum += lanes[j];
  for (; i < count; i++) sum += x[i];
  return sum;
}

THINKBITS_INLINE double totalOfSquares(const float* x, int64_t count) {
  double lanes[8] = {};
  int64_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (int j = 0; j < 8; j++) lanes[j] += static_cast<double>(x[i + j]) * x[i + j];
  double sum = 0;
  for (int j = 0; j < 8; j++) sum += lanes[j];
  for (; i < count; i++) sum += static_cast<double>(x[i]) * x[i];
  return sum;
}

void reduceEachRow(Reduction op, const float* x, float* out, int64_t rows, int64_t width) {
  for (int64_t row = 0; row < rows; row++, x += width) {
    switch (op) {
      case Reduction::sum: out[row] = static_cast<float>(total(x, width)); break;
      case Reduction::mean: out[row] = static_cast<float>(total(x, width) / width); break;
      case Reduction::maximum: out[row] = largest(x, width); break;
      case Reduction::minimum: out[row] = smallest(x, width); break;
      case Reduction::count: break;
    }
  }
}

/** Down the columns [column0, column1) of [rows, width], row after row; sums in float64. */
void reduceEachColumn(Reduction op, const float* x, float* out, int64_t rows, int64_t width, int64_t column0, int64_t column1) {
  constexpr int64_t strip = 64;
  for (int64_t first = column0; first < column1; first += strip) {
    const int64_t count = column1 - first < strip ? column1 - first : strip;
    double sums[strip] = {};
    float* result = out + first;
    if (op == Reduction::maximum || op == Reduction::minimum)
      for (int64_t j = 0; j < count; j++) result[j] = op == Reduction::maximum ? -INFINITY : INFINITY;
    for (int64_t row = 0; row < rows; row++) {
      const float* from = x + row * width + first;
      if (op == Reduction::maximum)
        for (int64_t j = 0; j < count; j++) result[j] = result[j] != result[j] || from[j] <= result[j] ? result[j] : from[j];
      else if (op == Reduction::minimum)
        for (int64_t j = 0; j < count; j++) result[j] = result[j] != result[j] || from[j] >= result[j] ? result[j] : from[j];
      else
        for (int64_t j = 0; j < count; j++) sums[j] += from[j];
    }
    if (op == Reduction::sum)
      for (int64_t j = 0; j < count; j++) result[j] = static_cast<float>(sums[j]);
    if (op == Reduction::mean)
      for (int64_t j = 0; j < count; j++) result[j] = static_cast<float>(sums[j] / rows);
  }
}

/** e^x for x <= 0 by a Taylor series of degree 12 in float64: as good as the library's. */
template <class Number, class Integer>
THINKBITS_INLINE Number taylorExponential(Number x) {
  const Number zero = {}, lowest = zero - 700.0;
  x = x < lowest ? lowest : x;
  const Number magic = zero + 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer, in the low bits
  const Number shifted = x * 1.4426950408889634 + magic;
  const Number r = x - (shifted - magic) * 0.6931471805599453;
  Number p = zero + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  Integer power;
  memcpy(&power, &shifted, sizeof power);
  power = (power + 1023) << 52;
  Number scale;
  memcpy(&scale, &power, sizeof scale);
  return p * scale;
}

THINKBITS_INLINE double exponentialOf(double x) { return taylorExponential<double, uint64_t>(x); }
THINKBITS_INLINE DoubleVector exponentialOf(DoubleVector x) { return taylorExponential<DoubleVector, LongVector>(x); }

/** Softmax of `count` scores in place: e^(x - max) over its sum; `exact` takes powers in float64. */
THINKBITS_INLINE void softmaxInPlace(float* x, int64_t count, bool exact) {
  const float high = largest(x, count);
  int64_t i = 0;
  const Vector shift = splat(high);
  if (exact) {
    const DoubleVector wide = splatDoubles(high);
    // two registers side by side: neither waits for the other
    const auto takePowers = [&](float* values) {
      const DoubleVector low = exponentialOf(widen(values) - wide), upper = exponentialOf(widen(values + D) - wide);
      storeRounded(values, low);
      storeRounded(values + D, upper);
    };
    for (; i + W <= count; i += W) takePowers(x + i);
    float rest[W] = {};
    for (int64_t j = i; j < count; j++) rest[j - i] = x[j];
    takePowers(rest);
    for (; i < count; i++) x[i] = rest[i % W];
  }
  for (; i + W <= count; i += W) store(x + i, exponential(load(x + i) - shift));
  if (i < count) {
    float rest[W] = {};
    for (int64_t j = i; j < count; j++) rest[j - i] = x[j];
    store(rest, exponential(load(rest) - shift));
    for (int64_t j = i; j < count; j++) x[j] = rest[j - i];
  }
  const double sum = total(x, count);
  // the power of what is no number is one here
  const float share = high - high == 0.0f ? static_cast<float>(1.0 / sum) : NAN;
  for (int64_t j = 0; j < count; j++) x[j] *= share;
}

void softmaxEachRow(const float* x, float* out, int64_t rows, int64_t width) {
  memcpy(out, x, rows * width * sizeof(float));
  for (int64_t row = 0; row < rows; row++) softmaxInPlace(out + row * width, width, true);
}

void rmsNormEachRow(const float* x, const float* weight, float* out, int64_t rows, int64_t width, float epsilon) {
  for (int64_t row = 0; row < rows; row++, x += width, out += width) {
    const float scale = static_cast<float>(1.0 / __builtin_sqrt(totalOfSquares(x, width) / width + epsilon));
    for (int64_t i = 0; i < width; i++) out[i] = x[i] * scale * weight[i];
  }
}

void swigluEachRow(const float* gateUp, float* out, int64_t rows, int64_t width) {
  for (int64_t row = 0; row < rows; row++, gateUp += 2 * width, out += width)
    mapPairs(gateUp, gateUp + width, out, width, false, false, [](Vector gate, Vector up) {
      // the power is finite, and gates may be far beyond
      return (gate < -88.0f ? gate * 0.0f : gate / (1.0f + exponential(-gate))) * up;
    });
}

/** Rotary embedding of one token: channel i of a head with channel i + half. */
void rotateToken(const float* x, float* out, int64_t heads, int64_t half, const float* cosines, const float* sines) {
  for (int64_t head = 0; head < heads; head++, x += 2 * half, out += 2 * half) {
    for (int64_t i = 0; i < half; i++) {
      const float a = x[i], b = x[half + i];
      out[i] = a * cosines[i] - b * sines[i];
      out[half + i] = b * cosines[i] + a * sines[i];
    }
  }
}

/** Rows [row0, row1) of [rows, columns] into columns of [columns, rows], in blocks that the first cache holds. */
void transposeRows(const float* x, float* out, int64_t rows, int64_t columns, int64_t row0, int64_t row1) {
  constexpr int64_t block = 16;
  for (int64_t r0 = row0; r0 < row1; r0 += block) {
    const int64_t r1 = row1 - r0 < block ? row1 : r0 + block;
    for (int64_t c0 = 0; c0 < columns; c0 += block) {
      const int64_t c1 = columns - c0 < block ? columns : c0 + block;
      if (W == block && r1 - r0 == block && c1 - c0 == block) {
        Vector values[W];
        for (int i = 0; i < W; i++) values[i] = load(x + (r0 + i) * columns + c0);
        transposeBlock(values);
        for (int i = 0; i < W; i++) store(out + (c0 + i) * rows + r0, values[i]);
        continue;
      }
      for (int64_t c = c0; c < c1; c++)
        for (int64_t r = r0; r < r1; r++) out[c * rows + r] = x[r * columns + c];
    }
  }
}

}  // namespace
