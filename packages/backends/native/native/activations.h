// What acts on activations at run time: rounding to a grid of their own, and Hadamard transforms. The arithmetic is that of
// @thinkbits/numerics, operation by operation, so that codes are the same.
#pragma once
#include <math.h>
#include "kernels.h"
#include "vector.h"

namespace {

/** Rounds one group of `count` values to `levels` codes and back (methods.md 1.0a); NaN where one is not finite. */
THINKBITS_INLINE void roundGroup(const float* x, float* out, int64_t count, int bits, bool symmetric, float lowRatio, float highRatio) {
  float high = 0, low = 0;
  bool finite = true;
  for (int64_t i = 0; i < count; i++) {
    high = x[i] > high ? x[i] : high;
    low = x[i] < low ? x[i] : low;
    finite &= x[i] - x[i] == 0;
  }
  if (!finite) {
    for (int64_t i = 0; i < count; i++) out[i] = NAN;
    return;
  }
  high *= highRatio;
  low *= lowRatio;
  const float most = symmetric ? static_cast<float>((1 << (bits - 1)) - 1) : static_cast<float>((1 << bits) - 1);
  const float least = symmetric ? -most - 1 : 0;
  float scale, zero = 0;
  if (symmetric) {
    scale = (high > -low ? high : -low) / most;
    if (scale == 0) scale = 1;
  } else {
    scale = (high - low) / most;
    if (scale == 0) {
      low = -1;
      scale = 2 / most;
    }
    zero = __builtin_rintf(-low / scale);
  }
  for (int64_t i = 0; i < count; i++) {
    float code = __builtin_rintf(x[i] / scale) + zero;
    code = code < least ? least : code;
    code = code > most ? most : code;
    out[i] = scale * (code - zero);
  }
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
