// A set of kernels whose integer products have an instruction of their own; everything else is the set's that it builds upon.
// Compiled once per such set, with THINKBITS_BASE naming the function of the other.
#include "kernels.h"
#include "linear-int8.h"

#define THINKBITS_TEXT(name) #name
#define THINKBITS_STRING(name) THINKBITS_TEXT(name)

const Kernels* THINKBITS_KERNELS() {
  static const Kernels table = [] {
    Kernels kernels = *THINKBITS_BASE();
    kernels.name = THINKBITS_STRING(THINKBITS_SET);
    kernels.roundedRows = roundedTileRows;
    kernels.roundedWords = roundedRowWords;
    kernels.roundInputs = roundTile;
    kernels.roundedScratch = roundedTileScratch;
    kernels.linearRounded = linearRounded;
    return kernels;
  }();
  return &table;
}
