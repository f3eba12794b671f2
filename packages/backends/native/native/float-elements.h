// Floats of few bits (OCP MX 1.0 and OFP8 1.0) to codes and back, and the scales of their groups (methods.md 1.12), as
// float-formats of @thinkbits/numerics has them, operation by operation.
#pragma once
#include <math.h>
#include "kernels.h"
#include "vector.h"

namespace {

/** An element format: sign, exponent, mantissa. */
struct ElementShape {
  int bits, mantissaBits, exponentBias, largestCode, nanCode, largestExponent;
  float largest;
};

/** In the order of FloatElement. */
constexpr ElementShape elementShapes[] = {
    {4, 1, 1, 7, 7, 2, 6},
    {8, 3, 7, 126, 127, 8, 448},
    {8, 2, 15, 123, 126, 15, 57344},
};

constexpr float powerOf(int exponent) {
  float power = 1;
  for (; exponent > 0; exponent--) power *= 2;
  for (; exponent < 0; exponent++) power /= 2;
  return power;
}

THINKBITS_INLINE IntVector bitsOf(Vector value) {
  IntVector bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

THINKBITS_INLINE Vector floatOf(IntVector bits) {
  Vector value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/** The nearest codes, halves to even, larger magnitudes saturated; the sign of zero is kept. */
template <FloatElement Element>
THINKBITS_INLINE IntVector encodeElements(Vector x) {
  constexpr ElementShape shape = elementShapes[static_cast<int>(Element)];
  constexpr int dropped = 23 - shape.mantissaBits, smallestNormal = (128 - shape.exponentBias) << 23;
  const IntVector word = bitsOf(x), magnitude = word & 0x7fffffff;
  const IntVector sign = (word >> 31) & (1 << (shape.bits - 1));
  const IntVector rebased = magnitude - ((127 - shape.exponentBias) << 23);
  // half a step, less one where the kept part is even, carries exactly when rounding goes up
  const IntVector normal = (rebased + ((1 << (dropped - 1)) - 1) + ((rebased >> dropped) & 1)) >> dropped;
  // below, values are multiples of one step; adding 2^23 steps lines the float's last bit up with it
  const Vector shift = splat(powerOf(1 - shape.exponentBias - shape.mantissaBits + 23));
  const IntVector small = bitsOf(floatOf(magnitude) + shift) - bitsOf(shift);
  IntVector code = magnitude >= smallestNormal ? normal : small;
  code = code > shape.largestCode ? IntVector{} + shape.largestCode : code;
  return sign | (magnitude > 0x7f800000 ? IntVector{} + shape.nanCode : code);
}

/** What finite codes stand for. */
template <FloatElement Element>
THINKBITS_INLINE Vector decodeElements(IntVector codes) {
  constexpr ElementShape shape = elementShapes[static_cast<int>(Element)];
  const IntVector sign = (codes >> (shape.bits - 1)) << 31;
  const IntVector magnitude = (codes & ((1 << (shape.bits - 1)) - 1)) << (23 - shape.mantissaBits);
  // without an exponent: the mantissa behind a one that is taken away again
  const Vector small = floatOf(magnitude + ((128 - shape.exponentBias) << 23)) - splat(powerOf(1 - shape.exponentBias));
  const IntVector normal = magnitude + ((127 - shape.exponentBias) << 23);
  return floatOf((magnitude < 1 << 23 ? bitsOf(small) : normal) | sign);
}

/** The power of two that an E8M0 code stands for. */
THINKBITS_INLINE float powerScale(int code) {
  if (code == 255) return NAN;
  const uint32_t word = code == 0 ? 0x00400000 : static_cast<uint32_t>(code) << 23;
  float scale;
  memcpy(&scale, &word, sizeof scale);
  return scale;
}

/** The E8M0 code of a group's scale. @param largest max|x|, finite */
THINKBITS_INLINE int powerScaleCode(float largest, int elementExponent, bool round) {
  uint32_t word;
  memcpy(&word, &largest, sizeof word);
  if (round) word += 1 << 21;  // a quarter of 2^floor(log2 max|x|) carries from 1.75 on
  const int code = static_cast<int>(word >> 23) - elementExponent;
  return code < 0 ? 0 : (code > 254 ? 254 : code);
}

/** The scale of a whole token that E4M3 scales of its groups are relative to. @param largest max|x|, finite */
THINKBITS_INLINE float tokenScale(float largest, float largestElement) {
  if (largest == 0) return 1;
  const float ratio = 448 * largestElement / largest, most = 0x1p127f;
  return ratio < most ? ratio : most;
}

/** The scale of a group, never 0. @param largest max|x| of the group, finite @param whole of {@link tokenScale}, for E4M3 */
template <FloatElement Element>
THINKBITS_INLINE float groupScale(FloatScale format, float largest, float whole) {
  constexpr ElementShape shape = elementShapes[static_cast<int>(Element)];
  if (format == FloatScale::power || format == FloatScale::roundedPower)
    return powerScale(powerScaleCode(largest, shape.largestExponent, format == FloatScale::roundedPower));
  const float exact = largest / shape.largest;
  if (format == FloatScale::float32) return exact == 0 ? 1 : exact;
  const float stored = decodeElements<FloatElement::e4m3>(encodeElements<FloatElement::e4m3>(splat(whole * exact)))[0];
  return (stored == 0 ? 0.125f : stored) / whole;
}

/** max|x| where values are clipped by a ratio on either side of 0; NaN where one is not finite. */
THINKBITS_INLINE float clippedLargest(const float* x, int64_t count, float lowRatio, float highRatio) {
  float high = 0, low = 0;
  bool finite = true;
  for (int64_t i = 0; i < count; i++) {
    high = x[i] > high ? x[i] : high;
    low = x[i] < low ? x[i] : low;
    finite &= x[i] - x[i] == 0;
  }
  high *= highRatio;
  low *= lowRatio;
  return finite ? (high > -low ? high : -low) + 0.0f : NAN;  // no zero with a sign
}

/** f(Element) for an element that is known when the call is made. */
template <class F>
THINKBITS_INLINE auto forElement(FloatElement element, F f) {
  if (element == FloatElement::e2m1) return f(std::integral_constant<FloatElement, FloatElement::e2m1>{});
  if (element == FloatElement::e4m3) return f(std::integral_constant<FloatElement, FloatElement::e4m3>{});
  return f(std::integral_constant<FloatElement, FloatElement::e5m2>{});
}

/** Rounds tokens to elements under a scale per group, and back; NaN where a group holds what is not finite. */
void roundTokensToFloats(const float* x, float* out, int64_t tokens, int64_t groups, int64_t group, FloatElement element, FloatScale format, const float* lows, const float* highs) {
  forElement(element, [&](auto constant) {
    constexpr FloatElement Element = constant;
    constexpr ElementShape shape = elementShapes[static_cast<int>(Element)];
    for (int64_t token = 0; token < tokens; token++) {
      float whole = 1;
      if (format == FloatScale::e4m3) {
        const float largest = clippedLargest(x, groups * group, 1, 1);
        whole = largest == largest ? tokenScale(largest, shape.largest) : 1;
      }
      for (int64_t g = 0; g < groups; g++, x += group, out += group) {
        const float largest = clippedLargest(x, group, lows[g], highs[g]);
        const Vector scale = splat(largest == largest ? groupScale<Element>(format, largest, whole) : NAN);
        const auto rounded = [&](Vector v) { return scale * decodeElements<Element>(encodeElements<Element>(v / scale)); };
        int64_t i = 0;
        for (; i + W <= group; i += W) store(out + i, rounded(load(x + i)));
        if (i == group) continue;
        float rest[W] = {};
        memcpy(rest, x + i, (group - i) * sizeof(float));
        store(rest, rounded(load(rest)));
        memcpy(out + i, rest, (group - i) * sizeof(float));
      }
    }
  });
}

}  // namespace
