// The layers of a decoder as one call runs them: what they are made of.
#pragma once
#include <cstdint>
#include <vector>
#include "row-map.h"

/** Linears that read one input: their packed weights by handle, what is added, and how the input is rounded. */
struct StackStage {
  int32_t linear = 0;
  std::vector<float> bias;  // empty: none
  int bits = 0;             // 0: the input stays in float
  bool symmetric = false;
  int64_t group = 0;
  std::vector<float> lows, highs;  // by group: which part of the range codes cover
  bool toFloats = false;           // codes are floats of few bits
  FloatElement element = FloatElement::e2m1;
  FloatScale scale = FloatScale::float32;
};

/** Places of a layer's maps: four of its stages, then these. */
constexpr int64_t queryMap = 4, keyMap = 5, valueMap = 6, mapPlaces = 7;

struct StackLayer {
  std::vector<float> inputNorm, postAttentionNorm;
  std::vector<float> queryNorm, keyNorm;  // empty: none
  StackStage stages[4];                   // q, k and v; o; gate and up; down
  /** What acts on the inputs of the stages before they are rounded, then on queries and keys after their rotation, and on values; or null. */
  std::unique_ptr<RowMap> maps[mapPlaces];
};

struct DecoderStack {
  int64_t hidden = 0, heads = 0, kvHeads = 0, headDim = 0;
  float epsilon = 0;
  std::vector<StackLayer> layers;
};
