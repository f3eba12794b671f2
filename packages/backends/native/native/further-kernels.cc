// A set of kernels that multiplies integers, or in bfloat16, by instructions of its own; everything else is the set's that it builds upon.
// Compiled once per such set, with THINKBITS_BASE naming the function of the other.
#include "kernels.h"
#if defined(THINKBITS_TILES)
#include "linear-amx-bf16.h"
#include "linear-amx-int8.h"
#elif defined(__AVX512BF16__)
#include "linear-bf16.h"
#else
#include "linear-digits.h"
#endif

#define THINKBITS_TEXT(name) #name
#define THINKBITS_STRING(name) THINKBITS_TEXT(name)

const Kernels* THINKBITS_KERNELS() {
  static const Kernels table = [] {
    Kernels kernels = *THINKBITS_BASE();
    kernels.name = THINKBITS_STRING(THINKBITS_SET);
#if defined(THINKBITS_TILES)
    kernels.roundedRows = productRows;
    kernels.roundedWords = roundedWordsForTiles;
    kernels.roundInputs = roundForTiles;
    kernels.roundedScratch = roundedScratchForTiles;
    kernels.linearRounded = linearRoundedByTiles;
    kernels.pairs = {productRows, nearTileRows, packPairPanel, pairWidth, arrangeTilePairs, tilePairScratch, tilePairProduct};
#elif defined(__AVX512BF16__)
    kernels.pairs = {tileRows, nearRows, packPairPanel, pairWidth, arrangePairs, pairScratch, pairProduct};
#else
    kernels.roundedRows = roundedTileRows;
    kernels.roundedWords = roundedRowWords;
    kernels.roundInputs = roundTile;
    kernels.roundedScratch = roundedTileScratch;
    kernels.linearRounded = linearRounded;
    kernels.digits = digitKernels;
    kernels.digitsServe = digitsServe;
    kernels.dotsOfBytes = dotsOfBytes;
#endif
    return kernels;
  }();
  return &table;
}
