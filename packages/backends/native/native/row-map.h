// Linear maps that act on activations at run time, x M for consecutive channels of every row (methods.md §1.5, §1.6): rotations and the
// learned maps of FlatQuant. Each is the arithmetic of the operations that ChannelMap of @thinkbits/ops composes it of.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>
#include "call.h"
#include "kernels.h"

struct RowMap {
  enum class Kind : int { diagonal, dense, kronecker, blocks, hadamard };
  Kind kind = Kind::diagonal;
  /** Channels that are mapped together. */
  int64_t size = 0;
  /** diagonal: [size]; dense: [size, size]; hadamard: the signs of its channels, [size], or none. */
  std::vector<float> values;
  /** kronecker: left and right; blocks: those of consecutive channels. */
  std::vector<RowMap> parts;
  /** hadamard: size = base * power, with the signs of the small matrix [base, base]; whether channels get theirs before it. */
  int64_t base = 0, power = 0;
  std::vector<int8_t> signs;
  bool signsFirst = false;

  /** Multiplications of a row of `size`. */
  int64_t work() const;
  /** Floats of memory that {@link apply} takes for so many rows: whole lines of the cache. */
  int64_t room(int64_t rows) const;
  /** out [rows, size] = x [rows, size] M; they do not overlap. @param memory 64-byte aligned */
  void apply(const Kernels& kernels, const float* x, float* out, int64_t rows, float* memory) const;
};

/**
 * Reads a map: a kind, what belongs to it, and its parts after it. diagonal: size; dense: size; kronecker: left, right; blocks: how many,
 * then those; hadamard: base, power, and whether its channels have no signs (0), or get them behind (1) or before (2). `values` are those of
 * all in this order, of a Hadamard matrix the small one's before the channels'. Throws in JavaScript and returns null for nonsense.
 */
std::unique_ptr<RowMap> readMap(Call& call, Span<int32_t> structure, Span<float> values);
