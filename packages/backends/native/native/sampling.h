// What choosing a token takes: the likeliest, and how likely the others are.
#pragma once
#include "elementwise.h"

namespace {

/** The first of the highest logits; what is no number is never higher. */
int64_t likeliestToken(const float* logits, int64_t count) {
  int64_t i = 0;
  float high = -INFINITY;
  Vector highs = splat(-INFINITY);
  for (; i + W <= count; i += W) highs = maximum(load(logits + i), highs);
  for (int lane = 0; lane < W; lane++) high = highs[lane] > high ? highs[lane] : high;
  for (; i < count; i++) high = logits[i] > high ? logits[i] : high;
  for (i = 0; i < count; i++)
    if (logits[i] == high) return i;
  return 0;
}

/** weights[i] = e^((logits[i] - highest) / temperature), 0 where that is no number. @return their sum */
double weighTokens(const float* logits, int64_t count, double highest, double temperature, double* weights) {
  constexpr int lanes = 8;
  double sums[lanes] = {};
  for (int64_t i = 0; i < count; i++) {
    const double weight = exponentialOf((static_cast<double>(logits[i]) - highest) / temperature);
    weights[i] = weight > 0 ? weight : 0;
  }
  for (int64_t i = 0; i < count; i++) sums[i % lanes] += weights[i];
  double sum = 0;
  for (int lane = 0; lane < lanes; lane++) sum += sums[lane];
  return sum;
}

}  // namespace
