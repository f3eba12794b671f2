// A set of kernels that multiplies in bfloat16 too; everything else is the set's that it builds upon.
// Compiled once per such set, with THINKBITS_BASE naming the function of the other.
#include "kernels.h"
#include "linear-bf16.h"

#define THINKBITS_TEXT(name) #name
#define THINKBITS_STRING(name) THINKBITS_TEXT(name)

const Kernels* THINKBITS_KERNELS() {
  static const Kernels table = [] {
    Kernels kernels = *THINKBITS_BASE();
    kernels.name = THINKBITS_STRING(THINKBITS_SET);
    kernels.pairs = {packPairPanel, pairWidth, arrangePairs, pairScratch, pairProduct};
    return kernels;
  }();
  return &table;
}
