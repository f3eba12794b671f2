// Where a packed weight's groups and the groups of rounded activations meet: runs of blocks that share both grids.
#pragma once
#include <cstdint>
#include <vector>

/** How activations are rounded before a product: per token and `group` of consecutive channels (methods.md 1.0a). */
struct ActivationRounding {
  int bits;
  bool symmetric;
  int64_t group;
  /** [in / group]: ratios by which the two ends of each group's range shrink. */
  const float* lows;
  const float* highs;
};

/** Whether codes less their zero point may not fit a signed byte, so that the zero point has to stay beside them. */
inline bool roundingHasOffset(const ActivationRounding& rounding) { return rounding.bits == 8 && !rounding.symmetric; }

/** Blocks of 32 inputs that lie in one group of the weight and in one of the activations; at most 512 inputs. */
struct RoundedSegment {
  int64_t block, blocks;
  /** Of the weight. */
  int64_t group;
  /** Of the activations. */
  int64_t inputs;
  /** Whether the next one has another group of the activations, or none comes. */
  bool last;
};

struct RoundedPlan {
  /** Channels of a group of the activations. */
  int64_t group = 0;
  /** False where a block of 32 inputs straddles two groups of the activations: there is no plan then. */
  bool served = false;
  std::vector<RoundedSegment> segments;
  /** Segments that are the last of their activations' group. */
  int64_t runs = 0;
};
