// The way through the layers of a decoder, for the tokens of a batch.
#pragma once
#include "cached-rows.h"

/** Where the tokens of a batch stand. */
struct StackPlace {
  int64_t tokens;
  const int32_t* positions;
  const float* cosines;  // [positions, headDim / 2]
  const float* sines;
  uint8_t* memory;  // of the cache
};

/** The cache of one layer: how keys and values lie, and where those of the rows are. */
struct StackCache {
  CacheLayout layout;
  std::vector<CachedRow> rows;
};

/** hidden [tokens, stack.hidden] becomes what the last layer leaves; the rows' new tokens are written into the cache. */
void runStack(State& state, const DecoderStack& stack, const StackPlace& place, const std::vector<StackCache>& caches, float* hidden);
