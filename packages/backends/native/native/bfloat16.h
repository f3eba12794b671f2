// Floats as bfloat16, the upper half of a float32.
#pragma once
#include <cstdint>
#include <cstring>

/** The nearest bfloat16, ties to even; NaN stays NaN. */
inline uint32_t toBfloat16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if (value != value) return bits >> 16 | 0x40;
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

inline float fromBfloat16(uint32_t upper) {
  const uint32_t bits = upper << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/** Two of them in a word, the first one below. */
inline uint32_t bfloat16Pair(float first, float second) { return toBfloat16(first) | toBfloat16(second) << 16; }
