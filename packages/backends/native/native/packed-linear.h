// A weight [out, in] ready to multiply: panels of outputs, each one contiguous stream over the inputs.
//
// bits 32: floats [panel][depth][panelColumns]. bits 16: bfloat16, two inputs to a word, [panel][depth / 2][panelColumns], in whole blocks of
// 32 inputs.
// bits 2..8: unsigned codes in blocks of 32 inputs by half a panel of outputs, a lane per output: `bits` vectors of words, a
// little-endian bit stream of 32 codes per lane; [panel][block][half][bits][lanes]. Groups are padded to whole blocks, so `depth`
// counts padded inputs. Scales are floats [panel][group][panelColumns]; zeros count from the middle code and lie alike, as bytes where all
// of them are integers that fit.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include "memory-blocks.h"
#include "rounded-plan.h"

struct PackedLinear {
  int64_t in = 0, out = 0;
  int64_t panels = 0, panelColumns = 0;
  int bits = 32;
  /** Inputs as they lie in the panels: padded, grouped. */
  int64_t depth = 0;
  int64_t groups = 1;
  /** Padded inputs of every group. */
  int64_t groupDepth = 0;
  /** [depth]: which input stands at each place, -1 for padding; absent where the places are the inputs. */
  int32_t* order = nullptr;
  float* floats = nullptr;
  uint32_t* pairs = nullptr;
  uint32_t* words = nullptr;
  float* scales = nullptr;
  float* zeros = nullptr;
  int8_t* byteZeros = nullptr;
  /** By code, up to 4 bits: what a code stands for before zero and scale, 16 floats, repeated where there are fewer codes. */
  float* levels = nullptr;
  /** Whether levels are not the codes from the middle one. */
  bool ownLevels = false;
  int64_t bytes = 0;
  /** For the activations that it was last multiplied with rounded (linear-int8.h). */
  std::unique_ptr<RoundedPlan> plan;

  PackedLinear() = default;
  PackedLinear(const PackedLinear&) = delete;
  PackedLinear& operator=(const PackedLinear&) = delete;
  ~PackedLinear() {
    void* blocks[] = {order, floats, pairs, words, scales, zeros, byteZeros, levels};
    for (void* block : blocks) freeBlock(block);
  }
};
