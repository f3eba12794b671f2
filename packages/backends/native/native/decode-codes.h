// Cached codes as floats, a vector at a time: moved into lanes, then turned into what they stand for, or looked up where a vector
// holds all levels of a group.
#pragma once
#include "float-elements.h"
#include "kernels.h"
#include "vector.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace {

typedef uint8_t ByteVector __attribute__((vector_size(W)));

/** The bits [0, width) of every step of bits in a word. */
constexpr uint64_t lowBits(int width, int step) {
  uint64_t word = 0;
  for (int at = 0; at < 64; at += step) word |= ((uint64_t{1} << width) - 1) << at;
  return word;
}

THINKBITS_INLINE uint32_t wordAt(const uint8_t* from) {
  uint32_t word;
  memcpy(&word, from, sizeof word);
  return word;
}

/**
 * Codes [first, first + W) of a little-endian bit stream, `first` a multiple of W. What stands above a code's bits is undefined
 * where a lookup follows, which looks at the lowest bits alone. Up to 3 bytes behind the codes are read too.
 */
template <int Bits, bool Masked>
THINKBITS_INLINE IntVector codesAt(const uint8_t* stream, int64_t first) {
  const uint8_t* from = stream + first * Bits / 8;
  if constexpr (Bits == 8) {
    // one instruction each, which compilers do not find behind a conversion of vectors
#if defined(__AVX512F__)
    return reinterpret_cast<IntVector>(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
#elif defined(__AVX2__)
    return reinterpret_cast<IntVector>(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))));
#else
    ByteVector bytes;
    memcpy(&bytes, from, W);
    return __builtin_convertvector(bytes, IntVector);
#endif
  } else if constexpr (W == 4) {
    // no shifts by lane here: four codes of a word are spread over its bytes
    uint32_t word = (wordAt(from) >> (first * Bits % 8)) & ((1u << 4 * Bits) - 1);
    word = (word | word << 2 * (8 - Bits)) & static_cast<uint32_t>(lowBits(2 * Bits, 16));
    word = (word | word << (8 - Bits)) & static_cast<uint32_t>(lowBits(Bits, 8));
    ByteVector bytes;
    memcpy(&bytes, &word, W);
    return __builtin_convertvector(bytes, IntVector);
  } else {
    WordVector shifts;
    for (int lane = 0; lane < W; lane++) shifts[lane] = Bits * (lane % 8);
#if defined(__AVX512F__)
    // eight codes lie in a word; both words of a vector, each in half of the lanes
    const __m512i pair = _mm512_castsi128_si512(_mm_set_epi32(0, 0, wordAt(from + Bits), wordAt(from)));
    const __m512i each = _mm512_set_epi32(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    WordVector words = reinterpret_cast<WordVector>(_mm512_permutexvar_epi32(each, pair));
#else
    WordVector words = WordVector{} + wordAt(from);
#endif
    words >>= shifts;
    if (Masked) words &= (1u << Bits) - 1;
    return reinterpret_cast<IntVector>(words);
  }
}

/** One code, wherever it lies. */
THINKBITS_INLINE uint8_t codeAt(const uint8_t* stream, int bits, int64_t index) {
  const int64_t bit = index * bits;
  int word = stream[bit >> 3];
  if ((bit & 7) + bits > 8) word |= stream[(bit >> 3) + 1] << 8;
  return static_cast<uint8_t>((word >> (bit & 7)) & ((1 << bits) - 1));
}

/** What codes stand for: scale * (code - zero), scale * signed code, scale * code + minimum, or scale * element. */
template <CodeKind Kind, FloatElement Element>
THINKBITS_INLINE Vector levelsOf(IntVector codes, int bits, Vector scale, Vector second) {
  if constexpr (Kind == CodeKind::floats) return scale * decodeElements<Element>(codes);
  if constexpr (Kind == CodeKind::isSigned) {
    const int half = 1 << (bits - 1);
    return scale * toFloat((codes ^ half) - half);
  }
  if constexpr (Kind == CodeKind::aboveMinimum) return scale * toFloat(codes) + second;
  return scale * (toFloat(codes) - second);
}

#if defined(__AVX2__)
/** Lanes of `levels` by number; bits of a number above those that it takes are ignored. */
THINKBITS_INLINE Vector lookUp(Vector levels, IntVector numbers) {
#if defined(__AVX512F__)
  return reinterpret_cast<Vector>(_mm512_permutexvar_ps(reinterpret_cast<__m512i>(numbers), levels));
#else
  return reinterpret_cast<Vector>(_mm256_permutevar8x32_ps(levels, reinterpret_cast<__m256i>(numbers)));
#endif
}
#endif

/** `count` codes of a group from the one numbered `first` of a token on. Bits 0: any number of them. */
template <int Bits, CodeKind Kind, FloatElement Element>
THINKBITS_INLINE void decodeGroup(const uint8_t* row, int bits, int64_t first, int64_t count, float scale, float second, float* out) {
  const Vector scales = splat(scale), seconds = splat(second);
  int64_t i = 0;
  if (Bits > 0 && first % 8 == 0) {
    const uint8_t* stream = row + first * Bits / 8;
    if constexpr (Bits > 0 && W > 4 && 1 << Bits <= W) {
      IntVector each;
      for (int lane = 0; lane < W; lane++) each[lane] = lane & ((1 << Bits) - 1);
      const Vector levels = levelsOf<Kind, Element>(each, Bits, scales, seconds);
#pragma GCC unroll 4
      for (; i + W <= count; i += W) store(out + i, lookUp(levels, codesAt<Bits, false>(stream, i)));
    } else if constexpr (Bits > 0) {
#pragma GCC unroll 4
      for (; i + W <= count; i += W) store(out + i, levelsOf<Kind, Element>(codesAt<Bits, true>(stream, i), Bits, scales, seconds));
    }
  }
  for (; i < count; i += W) {
    const int64_t rest = count - i < W ? count - i : W;
    IntVector codes = {};
    for (int64_t lane = 0; lane < rest; lane++) codes[lane] = codeAt(row, bits, first + i + lane);
    const Vector levels = levelsOf<Kind, Element>(codes, bits, scales, seconds);
    memcpy(out + i, &levels, rest * sizeof(float));
  }
}

template <int Bits, CodeKind Kind, FloatElement Element>
THINKBITS_INLINE void decodeTokens(const CachePart& part, const uint8_t* head, int64_t headDim, int64_t count, float* out) {
  const uint8_t* grid = head + part.parameters;
  for (int64_t t = 0; t < count; t++, head += part.rowBytes) {
    for (int64_t first = 0; first < headDim; first += part.group, out += part.group, grid += part.gridBytes) {
      float parameters[2] = {};
      // sizes that are known are moves, not calls
      if constexpr (Kind != CodeKind::floats)
        memcpy(parameters, grid, 2 * sizeof(float));
      else if (part.gridBytes == 1)
        parameters[0] = powerScale(*grid);
      else
        memcpy(parameters, grid, sizeof(float));
      decodeGroup<Bits, Kind, Element>(head, part.bits, first, part.group, parameters[0], parameters[1], out);
    }
  }
}

/** Integer codes of a width; 2, 3, 4 and 8 bits are what caches are made of. */
template <CodeKind Kind>
THINKBITS_INLINE void decodeIntegers(const CachePart& part, const uint8_t* head, int64_t headDim, int64_t count, float* out) {
  constexpr FloatElement none = FloatElement::e2m1;
  switch (part.bits) {
    case 2: return decodeTokens<2, Kind, none>(part, head, headDim, count, out);
    case 3: return decodeTokens<3, Kind, none>(part, head, headDim, count, out);
    case 4: return decodeTokens<4, Kind, none>(part, head, headDim, count, out);
    case 8: return decodeTokens<8, Kind, none>(part, head, headDim, count, out);
    default: return decodeTokens<0, Kind, none>(part, head, headDim, count, out);
  }
}

/** `count` tokens of one head as floats [count, headDim]. */
void decodeCodes(const CachePart& part, const uint8_t* head, int64_t headDim, int64_t count, float* out) {
  switch (part.kind) {
    case CodeKind::zeroPoint: return decodeIntegers<CodeKind::zeroPoint>(part, head, headDim, count, out);
    case CodeKind::isSigned: return decodeIntegers<CodeKind::isSigned>(part, head, headDim, count, out);
    case CodeKind::aboveMinimum: return decodeIntegers<CodeKind::aboveMinimum>(part, head, headDim, count, out);
    case CodeKind::floats: break;
  }
  switch (part.element) {
    case FloatElement::e2m1: return decodeTokens<4, CodeKind::floats, FloatElement::e2m1>(part, head, headDim, count, out);
    case FloatElement::e4m3: return decodeTokens<8, CodeKind::floats, FloatElement::e4m3>(part, head, headDim, count, out);
    case FloatElement::e5m2: return decodeTokens<8, CodeKind::floats, FloatElement::e5m2>(part, head, headDim, count, out);
  }
}

/** The grids of a head's channels, [headDim] each: a code stands for scale * (code - zero) + offset. */
struct ChannelGrids {
  const float* scales;
  const float* zeros;    // null: none
  const float* offsets;  // null: none
};

THINKBITS_INLINE ChannelGrids channelGrids(const CachePart& part, const uint8_t* head, int64_t kvHead, int64_t kvHeads, int64_t headDim) {
  if (part.axis == GridAxis::fixed) {
    const float* scales = part.grids + kvHead * headDim;
    return {scales, scales + kvHeads * headDim, scales + 2 * kvHeads * headDim};
  }
  const float* scales = reinterpret_cast<const float*>(head + part.parameters);
  const float* second = scales + headDim;
  const bool above = part.kind == CodeKind::aboveMinimum;
  return {scales, above ? nullptr : second, above ? second : nullptr};
}

/** The first `some` floats of a vector; zeros behind them, and where there are none. */
THINKBITS_INLINE Vector loadSome(const float* from, int64_t at, int64_t some) {
  Vector values = {};
  if (from) memcpy(&values, from + at, some * sizeof(float));
  return values;
}

/** `count` tokens of one head whose channels have grids of their own. Bits 0: any number of them. */
template <int Bits>
THINKBITS_INLINE void decodeChannels(const CachePart& part, const ChannelGrids& grids, const uint8_t* head, int64_t headDim, int64_t count, float* out) {
  const int half = part.kind == CodeKind::isSigned ? 1 << (part.bits - 1) : 0;
  for (int64_t i = 0; i < headDim; i += W) {
    const int64_t some = headDim - i < W ? headDim - i : W;
    const Vector scales = loadSome(grids.scales, i, some), zeros = loadSome(grids.zeros, i, some), offsets = loadSome(grids.offsets, i, some);
    for (int64_t t = 0; t < count; t++) {
      const uint8_t* row = head + t * part.rowBytes;
      IntVector codes = {};
      if constexpr (Bits > 0) {
        if (some == W) codes = codesAt<Bits, true>(row, i);
      }
      if (Bits == 0 || some < W)
        for (int64_t lane = 0; lane < some; lane++) codes[lane] = codeAt(row, part.bits, i + lane);
      const Vector values = scales * (toFloat((codes ^ half) - half) - zeros) + offsets;
      memcpy(out + t * headDim + i, &values, some * sizeof(float));
    }
  }
}

/** `count` tokens of one head of a page as floats [count, headDim], whatever shares a grid. */
THINKBITS_INLINE void decodePage(const CachePart& part, const uint8_t* head, int64_t kvHead, int64_t kvHeads, int64_t headDim, int64_t count, float* out) {
  if (part.axis == GridAxis::token) return decodeCodes(part, head, headDim, count, out);
  const ChannelGrids grids = channelGrids(part, head, kvHead, kvHeads, headDim);
  switch (part.bits) {
    case 2: return decodeChannels<2>(part, grids, head, headDim, count, out);
    case 3: return decodeChannels<3>(part, grids, head, headDim, count, out);
    case 4: return decodeChannels<4>(part, grids, head, headDim, count, out);
    case 8: return decodeChannels<8>(part, grids, head, headDim, count, out);
    default: return decodeChannels<0>(part, grids, head, headDim, count, out);
  }
}

/** Asks for the codes and grids of `count` tokens of a head before they are read. */
THINKBITS_INLINE void fetchCodes(const CachePart& part, const uint8_t* head, int64_t headDim, int64_t count) {
  for (int64_t at = 0; at < count * part.rowBytes; at += 64) __builtin_prefetch(head + at, 0, 2);
  const int64_t grids = part.axis == GridAxis::token ? count * (headDim / part.group) * part.gridBytes : (part.axis == GridAxis::page ? 8 * headDim : 0);
  for (int64_t at = 0; at < grids; at += 64) __builtin_prefetch(head + part.parameters + at, 0, 2);
}

}  // namespace
