// Packed codes as they lie in panels (packed-linear.h): one lane per output, `Bits` words of 32 codes each.
#pragma once
#include "packed-linear.h"
#include "vector.h"

namespace {

constexpr int blockInputs = 32;

/** Code k of every lane, in its low bits; what stands above is undefined where `masked` is not asked for. */
template <int Bits, bool Masked>
THINKBITS_INLINE WordVector codeAt(const WordVector* words, int k) {
  const int offset = k * Bits, word = offset / 32, shift = offset % 32;
  WordVector code = shift ? words[word] >> shift : words[word];
  if (shift + Bits > 32) code |= words[word + 1] << (32 - shift);
  return Masked ? code & ((1u << Bits) - 1) : code;
}

template <int Bits>
THINKBITS_INLINE void loadBlock(const uint32_t* from, WordVector* words) {
  for (int i = 0; i < Bits; i++) words[i] = loadWords(from + i * W);
}

/** Zeros of W outputs, from place `at` of the grids on. */
THINKBITS_INLINE Vector loadZeros(const PackedLinear& linear, int64_t at) {
  if (!linear.byteZeros) return load(linear.zeros + at);
  typedef int8_t Bytes __attribute__((vector_size(W)));
  Bytes bytes;
  memcpy(&bytes, linear.byteZeros + at, sizeof bytes);
  return toFloat(__builtin_convertvector(bytes, IntVector));  // in one step GCC would convert lane by lane
}

}  // namespace
