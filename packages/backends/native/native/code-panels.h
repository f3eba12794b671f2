// Panels of codes as their bytes are multiplied: how codes lie in bytes, and the way over panels and tiles of rows.
#pragma once
#include "code-words.h"
#include "packed-linear.h"

namespace {

/** Vectors of four code bytes per lane that a block of 32 inputs has. */
constexpr int blockSteps = 8;

// Codes of 2, 4 and 8 bits are multiplied as they are stored, others are decoded to bytes first: `Bits` is `decoded` for those.
constexpr int decoded = 0;

/** Added to the bits of codes that are spread for many rows: as they are multiplied where they are stored, but in bytes of their own. */
constexpr int spread = 16;

/** Words of one lane that hold 32 codes. */
constexpr int wordsOfBlock(int as) { return as == decoded || as >= spread ? 8 : as; }

/** Codes in a byte as they are stored. */
constexpr int codesOfByte(int as) { return as % spread == 2 ? 4 : as % spread == 4 ? 2 : 1; }

/** How codes of so many bits are multiplied: as they are stored, or decoded. */
constexpr int multipliedAs(int bits) { return bits == 2 || bits == 4 || bits == 8 ? bits : decoded; }

constexpr int64_t lineWords = 16;

/** Cache lines to fetch while a panel is multiplied: so many for each of its blocks. */
struct Ahead {
  const uint32_t* words;
  int64_t lines;

  __attribute__((always_inline)) void fetch(int64_t blocks) {
    for (int64_t line = 0; line < blocks * lines; line++, words += lineWords) __builtin_prefetch(words, 0, 2);
  }
};

constexpr uint32_t codeMask(int bits) { return bits == 4 ? 0x0f0f0f0fu : 0x03030303u; }

/** The word that holds the code bytes `step` of a block, which lie lowest in its bytes. */
template <int As>
THINKBITS_INLINE WordVector wordOfStep(const uint32_t* block, int step) {
  constexpr int count = codesOfByte(As);
  const WordVector word = loadWords(block + step / count * W);
  const int shift = step % count * As;
  return shift ? word >> shift : word;
}

/** Code bytes `step` of a block: with n codes to a byte, codes q * 4 n + r + n j for byte j, where step = q n + r. */
template <int As>
THINKBITS_INLINE WordVector codeBytes(const uint32_t* block, int step) {
  if constexpr (As >= spread) return loadWords(block + step * W);
  const WordVector word = wordOfStep<As>(block, step);
  if constexpr (codesOfByte(As) == 1) return word;
  return word & codeMask(As);
}

/** Code bytes `step` of a block that is not multiplied as it is stored: four neighbours. */
template <int Bits>
THINKBITS_INLINE WordVector neighbourBytes(const WordVector* block, int step) {
  WordVector bytes = codeAt<Bits, true>(block, 4 * step);
#pragma GCC unroll 4
  for (int j = 1; j < 4; j++) bytes |= codeAt<Bits, true>(block, 4 * step + j) << 8 * j;
  return bytes;
}

/** Codes of a panel as bytes: spread, or in the order in which codes of 8 bits are stored. */
template <int Bits, int As>
void decodeBytes(int64_t blocks, const uint32_t* words, uint32_t* out) {
  for (int64_t half = 0; half < 2 * blocks; half++, words += Bits * W, out += blockSteps * W) {
    WordVector block[Bits];
    loadBlock<Bits>(words, block);
#pragma GCC unroll 8
    for (int step = 0; step < blockSteps; step++) {
      const WordVector bytes = As >= spread ? codeBytes<Bits>(words, step) : neighbourBytes<Bits>(block, step);
      memcpy(out + step * W, &bytes, sizeof bytes);
    }
  }
}

/**
 * Goes over panels [panel0, panel1) of codes of `Bits`, multiplied `As` such or decoded: begin(words) for each, then
 * tile(words, panel, row, rows, to, toRow, ahead) for tiles of `height` rows. What a panel has beyond the last output is computed aside.
 * @param y [rows, out]  @param aside [height][2 W]  @param bytes room for a panel of decoded codes
 */
template <int Bits, int As, class Begin, class Tile>
THINKBITS_INLINE void eachTile(const PackedLinear& linear, float* y, int64_t rows, int64_t height, int64_t panel0, int64_t panel1, float* aside, uint32_t* bytes, Begin begin, Tile tile) {
  const int64_t blocks = linear.depth / blockInputs, tileCount = (rows + height - 1) / height;
  constexpr int64_t blockLines = (2 * Bits * W + lineWords - 1) / lineWords;
  for (int64_t panel = panel0; panel < panel1; panel++) {
    const uint32_t* words = linear.words + panel * blocks * 2 * Bits * W;
    if constexpr (Bits != As) {
      decodeBytes<Bits, As>(blocks, words, bytes);
      words = bytes;
    }
    begin(words);
    const int64_t column = panel * 2 * W, left = linear.out - column;
    // the next panel comes while this one is multiplied; one row is through too soon for that, and looks 8 blocks ahead
    Ahead ahead = {words + 8 * blockLines * lineWords, blockLines};
    if (rows > 1 || Bits != As) ahead = {linear.words + (panel + 1) * blocks * blockLines * lineWords, panel + 1 < panel1 ? (blockLines + tileCount - 1) / tileCount : 0};
    for (int64_t row = 0; row < rows; row += height) {
      const int64_t some = rows - row < height ? rows - row : height;
      const bool whole = left >= 2 * W;
      float* to = y + row * linear.out + column;
      for (int64_t i = 0; i < some && whole; i++) {
        __builtin_prefetch(to + i * linear.out, 1);
        __builtin_prefetch(to + i * linear.out + 2 * W - 1, 1);
      }
      tile(words, panel, row, some, whole ? to : aside, whole ? linear.out : 2 * W, ahead);
      ahead.words += blocks * ahead.lines * lineWords;
      for (int64_t i = 0; i < some && !whole; i++) memcpy(to + i * linear.out, aside + i * 2 * W, left * sizeof(float));
    }
  }
}

}  // namespace
