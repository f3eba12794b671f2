// What acts on activations at run time: rounding to a grid of their own, and Hadamard transforms. The arithmetic is that of
// @thinkbits/numerics, operation by operation, so that codes are the same.
#pragma once
#include <math.h>
#include "kernels.h"
#include "vector.h"

namespace {

/** The grid of one group of activations of a token: value = scale * (code - zero), codes in [least, most]. */
struct ActivationGrid {
  float scale, zero, least, most;
};

/** a * b, rounded before anything is added to it: a compiler that contracts sums of products would move codes. */
__attribute__((noinline)) float roundedProduct(float a, float b) { return a * b; }

/** The grid of `count` values at `bits` (methods.md 1.0a); its scale is NaN where one of them is not finite. */
THINKBITS_INLINE ActivationGrid activationGrid(const float* x, int64_t count, int bits, bool symmetric, float lowRatio, float highRatio) {
  Vector highs = {}, lows = {};
  IntVector finite = ~IntVector{};
  int64_t i = 0;
  for (; i + W <= count; i += W) {
    const Vector value = load(x + i);
    highs = maximum(value, highs);
    lows = minimum(value, lows);
    finite &= value - value == 0;
  }
  float high = 0, low = 0;
  bool whole = true;
  for (int lane = 0; lane < W; lane++) {
    high = highs[lane] > high ? highs[lane] : high;
    low = lows[lane] < low ? lows[lane] : low;
    whole &= finite[lane] != 0;
  }
  for (; i < count; i++) {
    high = x[i] > high ? x[i] : high;
    low = x[i] < low ? x[i] : low;
    whole &= x[i] - x[i] == 0;
  }
  ActivationGrid grid = {NAN, 0, 0, 0};
  grid.most = symmetric ? static_cast<float>((1 << (bits - 1)) - 1) : static_cast<float>((1 << bits) - 1);
  grid.least = symmetric ? -grid.most - 1 : 0;
  if (!whole) return grid;
  high = roundedProduct(high, highRatio);
  low = roundedProduct(low, lowRatio);
  if (symmetric) {
    grid.scale = (high > -low ? high : -low) / grid.most;
    if (grid.scale == 0) grid.scale = 1;
    return grid;
  }
  grid.scale = (high - low) / grid.most;
  if (grid.scale == 0) {
    low = -1;
    grid.scale = 2 / grid.most;
  }
  grid.zero = __builtin_rintf(-low / grid.scale);
  return grid;
}

THINKBITS_INLINE float activationCode(float x, const ActivationGrid& grid) {
  float code = __builtin_rintf(x / grid.scale) + grid.zero;
  code = code < grid.least ? grid.least : code;
  return code > grid.most ? grid.most : code;
}

/** Rounds one group of `count` values to codes and back; NaN where one is not finite. */
THINKBITS_INLINE void roundGroup(const float* x, float* out, int64_t count, int bits, bool symmetric, float lowRatio, float highRatio) {
  const ActivationGrid grid = activationGrid(x, count, bits, symmetric, lowRatio, highRatio);
  if (grid.scale != grid.scale) {
    for (int64_t i = 0; i < count; i++) out[i] = NAN;
    return;
  }
  for (int64_t i = 0; i < count; i++) out[i] = grid.scale * (activationCode(x[i], grid) - grid.zero);
}

void roundTokens(const float* x, float* out, int64_t tokens, int64_t groups, int64_t group, int bits, bool symmetric, const float* lows, const float* highs) {
  for (int64_t token = 0; token < tokens; token++)
    for (int64_t g = 0; g < groups; g++, x += group, out += group) roundGroup(x, out, group, bits, symmetric, lows[g], highs[g]);
}

/** y = (H_base x H_power) x / sqrt(n) for each row of [rows, base * power]; signs [base, base]; row and mixed are scratch of a row. */
void hadamardRows(const float* x, float* out, int64_t rows, int64_t base, int64_t power, const int8_t* signs, double* row, double* mixed) {
  const int64_t size = base * power;
  const double scale = 1 / __builtin_sqrt(static_cast<double>(size));
  for (int64_t r = 0; r < rows; r++, x += size, out += size) {
    for (int64_t i = 0; i < size; i++) row[i] = x[i];
    for (int64_t half = 1; half < power; half *= 2) {
      for (int64_t block = 0; block < size; block += 2 * half) {
        double* first = row + block;
        double* second = first + half;
        for (int64_t i = 0; i < half; i++) {
          const double a = first[i], b = second[i];
          first[i] = a + b;
          second[i] = a - b;
        }
      }
    }
    const double* result = row;
    if (base > 1) {
      result = mixed;
      for (int64_t i = 0; i < size; i++) mixed[i] = 0;
      for (int64_t part = 0; part < base; part++) {
        for (int64_t other = 0; other < base; other++) {
          const double sign = signs[part * base + other];
          for (int64_t i = 0; i < power; i++) mixed[part * power + i] += sign * row[other * power + i];
        }
      }
    }
    for (int64_t i = 0; i < size; i++) out[i] = static_cast<float>(result[i] * scale);
  }
}

}  // namespace
