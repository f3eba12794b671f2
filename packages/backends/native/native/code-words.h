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

/** f(std::integral_constant<int, bits>{}), for 2 to 8 bits. */
template <class F>
THINKBITS_INLINE void forBits(int bits, F f) {
  switch (bits) {
    case 2: return f(std::integral_constant<int, 2>{});
    case 3: return f(std::integral_constant<int, 3>{});
    case 4: return f(std::integral_constant<int, 4>{});
    case 5: return f(std::integral_constant<int, 5>{});
    case 6: return f(std::integral_constant<int, 6>{});
    case 7: return f(std::integral_constant<int, 7>{});
    default: return f(std::integral_constant<int, 8>{});
  }
}

/** What a group adds to outputs: scale * (products - zero * inputs), of the sums of products and of inputs. */
THINKBITS_INLINE Vector addScaled(Vector sum, Vector products, Vector scale, Vector zero, Vector inputs) { return multiplyAdd(scale, multiplyAdd(-zero, inputs, products), sum); }

/** Zeros of W outputs, from place `at` of the grids on. */
THINKBITS_INLINE Vector loadZeros(const PackedLinear& linear, int64_t at) {
  if (!linear.byteZeros) return load(linear.zeros + at);
  const int8_t* from = linear.byteZeros + at;
  // one instruction each, for which compilers make a hundred of a conversion of vectors
#if defined(__AVX512F__)
  return toFloat((IntVector)_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
#elif defined(__AVX2__)
  return toFloat((IntVector)_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))));
#else
  typedef int8_t Bytes __attribute__((vector_size(W)));
  Bytes bytes;
  memcpy(&bytes, from, sizeof bytes);
  return toFloat(__builtin_convertvector(bytes, IntVector));
#endif
}

}  // namespace
