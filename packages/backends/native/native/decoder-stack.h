// The layers of a decoder as one call runs them: what they are made of.
#pragma once
#include <cstdint>
#include <vector>

/** Linears that read one input: their packed weights by handle, what is added, and how the input is rounded. */
struct StackStage {
  int32_t linear = 0;
  std::vector<float> bias;  // empty: none
  int bits = 0;             // 0: the input stays in float
  bool symmetric = false;
  int64_t group = 0;
  std::vector<float> lows, highs;  // by group: which part of the range codes cover
};

struct StackLayer {
  std::vector<float> inputNorm, postAttentionNorm;
  std::vector<float> queryNorm, keyNorm;  // empty: none
  StackStage stages[4];                   // q, k and v; o; gate and up; down
};

struct DecoderStack {
  int64_t hidden = 0, heads = 0, kvHeads = 0, headDim = 0;
  float epsilon = 0;
  std::vector<StackLayer> layers;
};
