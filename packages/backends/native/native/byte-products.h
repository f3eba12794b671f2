// Products of code bytes and inputs in bytes, added up as each set does it fastest: in one instruction, in pairs of 16 bits first, or
// with inputs held in 16 bits.
#pragma once
#include "code-panels.h"

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_FEATURE_DOTPROD)
#include <arm_neon.h>
#endif

#if (THINKBITS_WIDTH == 16 && defined(__AVX512VNNI__)) || (THINKBITS_WIDTH == 8 && defined(__AVXVNNI__))
#define THINKBITS_VNNI 1
#endif
#if defined(THINKBITS_VNNI) || defined(__ARM_FEATURE_DOTPROD)
#define THINKBITS_DOT 1  // four products of bytes and their sum in one instruction
#endif
#if defined(__AVX2__) && !defined(THINKBITS_VNNI)
#define THINKBITS_SHORT_SUMS 1  // products of small codes are added up in 16 bits
#endif

namespace {

#if THINKBITS_WIDTH >= 8
constexpr int roundedTileRows = 6;
#elif defined(THINKBITS_DOT)
constexpr int roundedTileRows = 8;
#else
constexpr int roundedTileRows = 2;
#endif

/** Whether four products of bytes and their sum are one instruction. */
#if defined(THINKBITS_DOT)
constexpr bool dotsOfBytes = true;
#else
constexpr bool dotsOfBytes = false;
#endif

/** Whether inputs are held as pairs of 16 bits: two words for four of them. */
constexpr bool widensInputs(int bits) {
#if defined(THINKBITS_DOT)
  return (void)bits, false;
#elif defined(__AVX2__)
  return bits == 8;  // two products of a byte and a signed byte would saturate 16 bits
#else
  return (void)bits, true;
#endif
}

constexpr int inputWords(int bits) { return widensInputs(bits) ? 2 : 1; }

/** Whether 16 bits hold the sums of a block's products: 8 steps of two, of 15 * 128 at most. */
constexpr bool sumsShorts(int bits) {
#if defined(THINKBITS_SHORT_SUMS)
  return codesOfByte(bits) > 1;
#else
  return (void)bits, false;
#endif
}

/** Calls f(std::integral_constant<int, as>{}): how codes of `Bits` are multiplied with so many rows, in tiles of `height`. */
template <int Bits, class F>
THINKBITS_INLINE void forTiles([[maybe_unused]] int64_t rows, [[maybe_unused]] int64_t height, F f) {
  if constexpr (sumsShorts(Bits)) {
    constexpr int64_t worthSpreading = 8;  // tiles
    if (rows > (worthSpreading - 1) * height) return f(std::integral_constant<int, spread + Bits>{});
  }
  f(std::integral_constant<int, multipliedAs(Bits)>{});
}

/** What is taken from a code before it is multiplied, where only signed bytes are and those of 8 bits would not fit. */
constexpr int codeShift(int bits) {
#if defined(THINKBITS_DOT) && !defined(THINKBITS_VNNI)
  return bits == 8 ? 128 : 0;
#else
  return (void)bits, 0;
#endif
}

THINKBITS_INLINE IntVector splatInteger(int32_t value) { return IntVector{} + value; }

/** Sums over pairs of 16-bit lanes of a * b, added to the sum. */
THINKBITS_INLINE IntVector addPairs(IntVector sum, WordVector a, IntVector b) {
#if THINKBITS_WIDTH == 16
  return sum + (IntVector)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#elif THINKBITS_WIDTH == 8
  return sum + (IntVector)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return sum + (IntVector)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
  const IntVector left = (IntVector)a;
  return sum + ((left << 16) >> 16) * ((b << 16) >> 16) + (left >> 16) * (b >> 16);
#endif
}

#if defined(THINKBITS_SHORT_SUMS)
typedef int16_t ShortVector __attribute__((vector_size(W * 4)));

/** Sums of two products of bytes, unsigned and signed ones, each. */
THINKBITS_INLINE ShortVector multiplyBytes(WordVector codes, IntVector inputs) {
#if THINKBITS_WIDTH == 16
  return (ShortVector)_mm512_maddubs_epi16((__m512i)codes, (__m512i)inputs);
#else
  return (ShortVector)_mm256_maddubs_epi16((__m256i)codes, (__m256i)inputs);
#endif
}

/** Sums of 16 bits, in pairs and times `unit`, added to the sum. */
THINKBITS_INLINE IntVector addShorts(IntVector sum, ShortVector shorts, int32_t unit = 1) { return addPairs(sum, (WordVector)shorts, splatInteger(unit * 0x00010001)); }
#endif

#if !defined(__ARM_FEATURE_DOTPROD)
/** Adds the products of each lane's codes and inputs, the same for all lanes: of four bytes, or `Wide` of two of 16 bits. */
template <bool Wide>
THINKBITS_INLINE IntVector addProducts(IntVector sum, WordVector codes, int32_t inputs) {
  if constexpr (Wide) return addPairs(sum, codes, splatInteger(inputs));
#if defined(THINKBITS_VNNI) && THINKBITS_WIDTH == 16
  return (IntVector)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)codes, _mm512_set1_epi32(inputs));
#elif defined(THINKBITS_VNNI)
  return (IntVector)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)codes, _mm256_set1_epi32(inputs));
#elif defined(THINKBITS_SHORT_SUMS)
  return addShorts(sum, multiplyBytes(codes, splatInteger(inputs)));
#endif
}
#endif

#if defined(__ARM_FEATURE_DOTPROD)
/** The same with the inputs that lane `Lane` holds. */
template <int Lane>
THINKBITS_INLINE IntVector addLane(IntVector sum, WordVector codes, WordVector inputs) {
  return (IntVector)vdotq_laneq_s32((int32x4_t)sum, (int8x16_t)codes, (int8x16_t)inputs, Lane);
}

/**
 * The same for the rows I of a tile, whose inputs are taken from lanes: a broadcast from memory would take the place of a product. Up
 * to three words more are read, of what follows in the tile.
 */
template <int... I>
THINKBITS_INLINE void addToRows(IntVector* sums, WordVector codes, const int32_t* inputs, std::integer_sequence<int, I...>) {
  const uint32_t* words = reinterpret_cast<const uint32_t*>(inputs);
  ((sums[I] = addLane<I % 4>(sums[I], codes, loadWords(words + I / 4 * 4))), ...);
}
#endif

/** Every other byte of each lane, from byte `first` on, as 16 bits. */
THINKBITS_INLINE WordVector everyOther(WordVector codes, int first) {
  typedef uint16_t Halves __attribute__((vector_size(W * 4)));
  return first ? (WordVector)((Halves)codes >> 8) : codes & 0x00ff00ffu;
}

/** The four bytes of each lane added to the sum. */
THINKBITS_INLINE IntVector addBytes(IntVector sum, WordVector bytes) {
#if defined(THINKBITS_VNNI)
  return addProducts<false>(sum, bytes, 0x01010101);
#elif defined(THINKBITS_DOT)
  return (IntVector)vdotq_u32((uint32x4_t)sum, (uint8x16_t)bytes, vdupq_n_u8(1));
#elif defined(__AVX2__)
  return addShorts(sum, multiplyBytes(bytes, splatInteger(0x01010101)));
#else
  const WordVector pairs = everyOther(bytes, 0) + everyOther(bytes, 1);
  return sum + (IntVector)((pairs & 0xffffu) + (pairs >> 16));
#endif
}

/** Adds up the codes of one half of a panel, block after block. */
template <int Bits>
struct CodeSum {
  IntVector bytes = {}, low = {};

  __attribute__((always_inline)) void add(const uint32_t* block) {
#if defined(THINKBITS_DOT)
    // sixteen times the high codes plus the low ones, and the low ones alone
    if constexpr (Bits == 4) {
#pragma GCC unroll 4
      for (int word = 0; word < Bits; word++) {
        const WordVector codes = loadWords(block + word * W);
        bytes = addBytes(bytes, codes);
        low = addBytes(low, codes & codeMask(4));
      }
      return;
    }
#endif
    constexpr int together = codesOfByte(Bits) > 1 ? 8 : Bits == decoded ? 2 : 1;  // whose sum fits a byte
#pragma GCC unroll 8
    for (int step = 0; step < blockSteps; step += together) {
      WordVector some = codeBytes<Bits>(block, step);
#pragma GCC unroll 8
      for (int i = 1; i < together; i++) some += codeBytes<Bits>(block, step + i);
      bytes = addBytes(bytes, some);
    }
  }

  /** A float: a segment's sum is below 2^24. */
  __attribute__((always_inline)) Vector total() const {
#if defined(THINKBITS_DOT)
    if constexpr (Bits == 4) return toFloat(low + ((bytes - low) >> 4));
#endif
    return toFloat(bytes);
  }
};

/**
 * Keeps a sum in its register. Sums of integers may be reordered, and compilers do: they take all products of a block first, for which there
 * are no registers, and add them up from memory. Where one instruction multiplies and adds there is nothing to reorder.
 */
template <class Sum>
THINKBITS_INLINE void keep(Sum& sum) {
#if defined(THINKBITS_SHORT_SUMS)
  asm("" : "+v"(sum));
#else
  (void)sum;
#endif
}

#if defined(THINKBITS_SHORT_SUMS) && THINKBITS_WIDTH == 8
/**
 * Multiplies the codes of both halves with a row's inputs and adds that to its sums, in this order and with two registers besides: there are
 * sixteen, of which sums and codes take fourteen, and compilers would spill one.
 */
#define THINKBITS_ADD_ROW(multiply, add)                                                                                              \
  WordVector inputs, product;                                                                                                         \
  asm("vpbroadcastd %6, %2\n\t" multiply " %2, %4, %3\n\t" multiply " %2, %5, %2\n\t" add " %3, %0, %0\n\t" add " %2, %1, %1"           \
      : "+x"(left), "+x"(right), "=&x"(inputs), "=&x"(product)                                                                        \
      : "x"(a), "x"(b), "m"(input))
#endif

#if !defined(__ARM_FEATURE_DOTPROD)
/** {@link addProducts} of one row and both halves of a panel. */
template <bool Wide>
THINKBITS_INLINE void addRow(IntVector& left, IntVector& right, WordVector a, WordVector b, const int32_t& input) {
#if defined(THINKBITS_ADD_ROW)
  if constexpr (Wide) {
    THINKBITS_ADD_ROW("vpmaddwd", "vpaddd");
    return;
  }
#endif
  left = addProducts<Wide>(left, a, input);
  right = addProducts<Wide>(right, b, input);
  keep(left);
  keep(right);
}
#endif

#if defined(THINKBITS_SHORT_SUMS)
/** {@link codeBytes}, whose mask comes from memory each time: where it had a register of its own, a sum would have none. */
template <int As>
THINKBITS_INLINE WordVector codeBytesAlone(const uint32_t* block, int step) {
#if THINKBITS_WIDTH == 8
  if constexpr (codesOfByte(As) > 1 && As < spread) {
    static constexpr WordVector mask = WordVector{} + codeMask(As);
    WordVector codes = wordOfStep<As>(block, step);
    asm("vpand %1, %0, %0" : "+x"(codes) : "m"(mask));
    return codes;
  }
#endif
  return codeBytes<As>(block, step);
}

/** Adds the products of a row's inputs and the small codes of both halves of a panel, in 16 bits. */
THINKBITS_INLINE void addShortRow(ShortVector& left, ShortVector& right, WordVector a, WordVector b, const int32_t& input) {
#if defined(THINKBITS_ADD_ROW)
  THINKBITS_ADD_ROW("vpmaddubsw", "vpaddw");
#else
  left += multiplyBytes(a, splatInteger(input));
  right += multiplyBytes(b, splatInteger(input));
  keep(left);
  keep(right);
#endif
}

/**
 * Sums of 16 bits of one block, of both halves of a panel, for a tile of rows. `Alone`: other blocks are written out beside it, and compilers
 * would keep what they have in common.
 */
template <int Bits, int R, bool Alone = false>
THINKBITS_INLINE void sumBlock(const uint32_t* block, const int32_t* x, ShortVector* low, ShortVector* high) {
  const uint32_t* other = block + wordsOfBlock(Bits) * W;
#pragma GCC unroll 8
  for (int step = 0; step < blockSteps; step++, x += R) {
    const WordVector a = Alone ? codeBytesAlone<Bits>(block, step) : codeBytes<Bits>(block, step);
    const WordVector b = Alone ? codeBytesAlone<Bits>(other, step) : codeBytes<Bits>(other, step);
#pragma GCC unroll 16
    for (int i = 0; i < R; i++) {
      if (step == 0) {
        low[i] = multiplyBytes(a, splatInteger(x[i]));
        high[i] = multiplyBytes(b, splatInteger(x[i]));
        continue;
      }
      addShortRow(low[i], high[i], a, b, x[i]);
    }
  }
}

/** Adds one block of small codes, of both halves of a panel, for a tile of rows; the first one to where sums start. */
template <int Bits, int R, bool First>
THINKBITS_INLINE void addSmallBlock(const uint32_t* block, const int32_t* x, const int32_t* starts, IntVector* left, IntVector* right) {
  ShortVector low[R], high[R];
  sumBlock<Bits, R>(block, x, low, high);
#pragma GCC unroll 16
  for (int i = 0; i < R; i++) {
    left[i] = addShorts(First ? splatInteger(starts[i]) : left[i], low[i]);
    right[i] = addShorts(First ? splatInteger(starts[i]) : right[i], high[i]);
  }
}
#endif

/** Adds one block of both halves of a panel for a tile of rows; `Chains` sums take turns, for few rows. */
template <int Bits, int R, int Chains>
THINKBITS_INLINE void addBlock(const uint32_t* block, const int32_t* x, IntVector* left, IntVector* right) {
  constexpr int words = inputWords(Bits);
  const uint32_t* other = block + wordsOfBlock(Bits) * W;
#pragma GCC unroll 8
  for (int step = 0; step < blockSteps; step++, x += R * words) {
    WordVector a = codeBytes<Bits>(block, step), b = codeBytes<Bits>(other, step);
    if constexpr (codeShift(Bits) > 0) {
      a ^= 0x80808080u;
      b ^= 0x80808080u;
    }
#if defined(__ARM_FEATURE_DOTPROD)
    addToRows(left + step % Chains * R, a, x, std::make_integer_sequence<int, R>{});
    addToRows(right + step % Chains * R, b, x, std::make_integer_sequence<int, R>{});
#else
#pragma GCC unroll 2
    for (int word = 0; word < words; word++) {
      const int chain = (step * words + word) % Chains * R;
      const WordVector c = words == 1 ? a : everyOther(a, word), d = words == 1 ? b : everyOther(b, word);
#pragma GCC unroll 16
      for (int i = 0; i < R; i++) addRow<words == 2>(left[chain + i], right[chain + i], c, d, x[i * words + word]);
    }
#endif
  }
}

}  // namespace
