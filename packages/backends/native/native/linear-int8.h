// Products of packed weights with activations rounded to integers, in integers.
//
// A rounded activation is s (a - o) and a weight t (u - m - z): a fits a signed byte, u is the code as it is stored, m the middle
// code. Over a segment, where all but a and u are constant, the products sum to
//
//   s t (D - z X),  D = sum (a - o) (u - m) = sum a u - o sum u - m X,  X = sum (a - o),
//
// where D and X are exact, and floats hold them, since a segment has 512 inputs at most. The offset o is the zero point where the
// difference code - zero does not fit a byte, else 0.
#pragma once
#include "byte-products.h"

namespace {

/** A run's share of outputs, which the first one starts. */
THINKBITS_INLINE void addRun(float* to, Vector scale, Vector sum, bool first) { store(to, first ? scale * sum : multiplyAdd(scale, sum, load(to))); }

/**
 * y [R, 2 W] of one panel. The tile: code words [blocks][8][R], then by segment -m X, the offset and X as floats, each [R], then by
 * run the scales [R]. `sums` [segments][2 W] are those of codes; absent where offsets are 0 or, for one row, where `Sums` are taken on
 * the way.
 */
template <int Bits, int R, bool Sums>
void roundedTile(const PackedLinear& linear, const RoundedPlan& plan, const uint32_t* words, int64_t gridAt, const Vector* sums,
                 const int32_t* tile, float* y, int64_t yRow, Ahead ahead) {
  constexpr int chains = R <= 2 && !sumsShorts(Bits) ? 2 : 1, blockWords = 2 * wordsOfBlock(Bits) * W;
  const int64_t blocks = linear.depth / blockInputs;
  const int32_t* parameters = tile + blocks * blockSteps * inputWords(Bits) * R;
  const float* inputScales = reinterpret_cast<const float*>(parameters + 3 * R * static_cast<int64_t>(plan.segments.size()));
  Vector low[R] = {}, high[R] = {};
  bool first = true;
  for (const RoundedSegment& segment : plan.segments) {
    IntVector left[chains * R], right[chains * R];
    CodeSum<Bits> leftCodes, rightCodes;
    const uint32_t* block = words + segment.block * blockWords;
    const int32_t* x = tile + segment.block * blockSteps * inputWords(Bits) * R;
    const auto next = [&]([[maybe_unused]] auto isFirst) __attribute__((always_inline)) {
      ahead.fetch(1);
#if defined(THINKBITS_SHORT_SUMS)
      if constexpr (sumsShorts(Bits)) addSmallBlock<Bits, R, isFirst>(block, x, parameters, left, right);
      else
#endif
        addBlock<Bits, R, chains>(block, x, left, right);
      if constexpr (Sums) {
        leftCodes.add(block);
        rightCodes.add(block + blockWords / 2);
      }
      block += blockWords;
      x += blockSteps * inputWords(Bits) * R;
    };
    if constexpr (sumsShorts(Bits)) {
      next(std::true_type{});
    } else {
#pragma GCC unroll 16
      for (int i = 0; i < chains * R; i++) left[i] = right[i] = i < R ? splatInteger(parameters[i]) : IntVector{};
    }
    for (int64_t b = sumsShorts(Bits); b < segment.blocks; b++) next(std::false_type{});
    const Vector leftSum = Sums ? leftCodes.total() : sums ? sums[0] : Vector{};
    const Vector rightSum = Sums ? rightCodes.total() : sums ? sums[1] : Vector{};
    const int64_t grid = gridAt + segment.group * 2 * W;
    const Vector s0 = load(linear.scales + grid), s1 = load(linear.scales + grid + W);
    const Vector z0 = loadZeros(linear, grid), z1 = loadZeros(linear, grid + W);
#pragma GCC unroll 16
    for (int i = 0; i < R; i++) {
      IntVector a = left[i], b = right[i];
      if (chains == 2) {
        a += left[(chains - 1) * R + i];
        b += right[(chains - 1) * R + i];
      }
      float offset, inputSum;
      memcpy(&offset, parameters + R + i, sizeof offset);
      memcpy(&inputSum, parameters + 2 * R + i, sizeof inputSum);
      Vector c = toFloat(a), d = toFloat(b);
      if (Sums || sums) {
        c -= splat(offset) * leftSum;
        d -= splat(offset) * rightSum;
      }
      low[i] = addScaled(low[i], c, s0, z0, splat(inputSum));
      high[i] = addScaled(high[i], d, s1, z1, splat(inputSum));
    }
    parameters += 3 * R;
    if (!Sums && sums) sums += 2;
    if (!segment.last) continue;
#pragma GCC unroll 16
    for (int i = 0; i < R; i++) {
      float* to = y + i * yRow;
      const Vector scale = splat(inputScales[i]);
      addRun(to, scale, low[i], first);
      addRun(to + W, scale, high[i], first);
      low[i] = high[i] = Vector{};
    }
    inputScales += R;
    first = false;
  }
}

typedef void (*RoundedTile)(const PackedLinear&, const RoundedPlan&, const uint32_t*, int64_t gridAt, const Vector*, const int32_t*, float*, int64_t yRow, Ahead);

/** The tile of `rows` rows. */
template <int Bits, int R = roundedTileRows>
RoundedTile tileOfRows(int64_t rows) {
  if constexpr (R > 1) {
    if (rows < R) return tileOfRows<Bits, R - 1>(rows);
  }
  return roundedTile<Bits, R, false>;
}

/** Sums of the codes of one panel by segment, [segments][2] vectors. */
template <int Bits>
void sumCodes(const RoundedPlan& plan, const uint32_t* words, Vector* sums) {
  constexpr int blockWords = 2 * wordsOfBlock(Bits) * W;
  for (const RoundedSegment& segment : plan.segments) {
    CodeSum<Bits> left, right;
    const uint32_t* block = words + segment.block * blockWords;
    for (int64_t b = 0; b < segment.blocks; b++, block += blockWords) {
      left.add(block);
      right.add(block + blockWords / 2);
    }
    *sums++ = left.total();
    *sums++ = right.total();
  }
}

/** Panels [panel0, panel1) of codes of `Bits`, multiplied `As` such or decoded. */
template <int Bits, int As>
void roundedPanels(const PackedLinear& linear, const RoundedPlan& plan, bool offset, const int32_t* tiles, int64_t height, float* y, int64_t rows,
                   int64_t panel0, int64_t panel1, float* scratch) {
  const int64_t segments = static_cast<int64_t>(plan.segments.size());
  const int64_t rowWords = linear.depth / 4 * inputWords(As) + 3 * segments + plan.runs;
  Vector* sums = reinterpret_cast<Vector*>(scratch);
  float* aside = scratch + segments * 2 * W;
  uint32_t* bytes = reinterpret_cast<uint32_t*>(aside + roundedTileRows * 2 * W);
  const bool onTheWay = offset && rows == 1;
  const auto begin = [&](const uint32_t* words) {
    if (offset && !onTheWay) sumCodes<As>(plan, words, sums);
  };
  eachTile<Bits, As>(linear, y, rows, height, panel0, panel1, aside, bytes, begin, [&](const uint32_t* words, int64_t panel, int64_t row, int64_t some, float* to, int64_t toRow, Ahead ahead) {
    const RoundedTile tile = onTheWay ? roundedTile<As, 1, true> : tileOfRows<As>(some);
    tile(linear, plan, words, panel * linear.groups * 2 * W, offset && !onTheWay ? sums : nullptr, tiles + row * rowWords, to, toRow, ahead);
  });
}

void linearRounded(const PackedLinear& linear, const RoundedPlan& plan, bool offset, const int32_t* tiles, int64_t height, float* y, int64_t rows, int64_t panel0, int64_t panel1,
                   float* scratch) {
  forBits(linear.bits, [&](auto bits) {
    forTiles<bits>(rows, height, [&](auto as) { roundedPanels<bits, as>(linear, plan, offset, tiles, height, y, rows, panel0, panel1, scratch); });
  });
}

int64_t roundedRowWords(const PackedLinear& linear, const RoundedPlan& plan) {
  return linear.depth / 4 * inputWords(multipliedAs(linear.bits)) + 3 * static_cast<int64_t>(plan.segments.size()) + plan.runs;
}

int64_t roundedTileScratch(const PackedLinear& linear, const RoundedPlan& plan) {
  const int64_t inputs = 2 * (linear.in / plan.group) + (linear.in + linear.depth) / 4 + 16;
  const int64_t panel = (static_cast<int64_t>(plan.segments.size()) + roundedTileRows + linear.depth / 4) * 2 * W;
  return inputs > panel ? inputs : panel;
}

}  // namespace
