// Products with activations rounded to integers by tiles. A segment's share is s t (D - z X) as in linear-int8.h, but D = sum a v - o sum v
// here, where v = u - m is the code less the middle one: a signed byte, as tiles take it. D is exact either way and what follows is the
// same, so that results are those of the set that this one builds upon, bit for bit. That set serves rows too few for tiles.
#pragma once
#include "rounded-inputs.h"
#include "tile-products.h"

const Kernels* THINKBITS_BASE();

namespace {

static_assert(2 * W == productColumns, "a panel is two tiles wide");

/** Steps of a unit, four inputs each: two blocks, or one where a segment has an odd number of them. */
int64_t unitSteps(const RoundedPlan& plan) {
  for (const RoundedSegment& segment : plan.segments)
    if (segment.blocks % 2 != 0) return blockSteps;
  return 2 * blockSteps;
}

/** Codes of a panel less the middle one as bytes, [blocks][8][2 W]; which four inputs share a word is what layRow says. */
template <int Bits>
void decodeSigned(int64_t blocks, const uint32_t* words, uint32_t* out) {
  typedef uint8_t Bytes __attribute__((vector_size(4 * W)));
  constexpr int as = multipliedAs(Bits);
  const Bytes middle = Bytes{} + static_cast<uint8_t>(1u << (Bits - 1));
  for (int64_t half = 0; half < 2 * blocks; half++, words += Bits * W) {
    uint32_t* to = out + half / 2 * blockSteps * productColumns + half % 2 * W;
    WordVector block[Bits];
    loadBlock<Bits>(words, block);
#pragma GCC unroll 8
    for (int step = 0; step < blockSteps; step++, to += productColumns) {
      WordVector bytes;
      if constexpr (as == decoded)
        bytes = neighbourBytes<Bits>(block, step);
      else
        bytes = codeBytes<as>(words, step);
      const Bytes codes = (Bytes)bytes - middle;
      memcpy(to, &codes, sizeof codes);
    }
  }
}

/** The four signed bytes of each lane added to the sum. */
THINKBITS_INLINE IntVector addSigned(IntVector sum, const uint32_t* bytes) {
  return addPairs(sum, (WordVector)_mm512_maddubs_epi16(_mm512_set1_epi8(1), (__m512i)loadWords(bytes)), splatInteger(0x00010001));
}

/** Sums of those bytes by segment, [segments][2] vectors. */
void sumSigned(const RoundedPlan& plan, const uint32_t* bytes, Vector* sums) {
  for (const RoundedSegment& segment : plan.segments) {
    IntVector left = {}, right = {};
    for (int64_t step = 0; step < segment.blocks * blockSteps; step++, bytes += productColumns) {
      left = addSigned(left, bytes);
      right = addSigned(right, bytes + W);
    }
    *sums++ = toFloat(left);
    *sums++ = toFloat(right);
  }
}

/** One panel and one tile of rows. */
struct RoundedBlock {
  const uint32_t* bytes;
  /** [segments][2] vectors, where inputs have offsets. */
  const Vector* codeSums;
  int64_t gridAt;
  /** As {@link roundForTiles} lays them. */
  const int32_t* inputs;
  int64_t rows;
  float* y;
  int64_t yRow;
  /** [rows][2 W] each: a segment's sums of products, and what segments of a run add up to. */
  int32_t* products;
  float* totals;
};

/** y [rows, 2 W]: a segment's sums leave memory for floats while the next one's products are under way. */
template <bool Offset>
void roundedBlock(const PackedLinear& linear, const RoundedPlan& plan, const ProductTiles& tiles, RoundedBlock block, Ahead ahead) {
  const int64_t rows = block.rows, totalBytes = rows * productColumns * static_cast<int64_t>(sizeof(float));
  const int32_t* parameters = block.inputs + linear.depth / 4 * rows;
  const float* inputScales = reinterpret_cast<const float*>(parameters + 3 * rows * static_cast<int64_t>(plan.segments.size()));
  bool firstRun = true;
  const auto endRun = [&] {
    for (int64_t i = 0; i < rows; i++) {
      const float* total = block.totals + i * productColumns;
      float* to = block.y + i * block.yRow;
      addRun(to, splat(inputScales[i]), load(total), firstRun);
      addRun(to + W, splat(inputScales[i]), load(total + W), firstRun);
    }
    memset(block.totals, 0, totalBytes);
    inputScales += rows;
    firstRun = false;
  };
  const auto leave = [&](const RoundedSegment& segment) {
    const int64_t grid = block.gridAt + segment.group * productColumns;
    const Vector s0 = load(linear.scales + grid), s1 = load(linear.scales + grid + W);
    const Vector z0 = loadZeros(linear, grid), z1 = loadZeros(linear, grid + W);
    const Vector leftSum = Offset ? -block.codeSums[0] : Vector{}, rightSum = Offset ? -block.codeSums[1] : Vector{};
    const float* offsets = reinterpret_cast<const float*>(parameters + rows);
    const float* inputSums = offsets + rows;
    for (int64_t i = 0; i < rows; i++) {
      const uint32_t* products = reinterpret_cast<const uint32_t*>(block.products + i * productColumns);
      float* total = block.totals + i * productColumns;
      Vector c = toFloat((IntVector)loadWords(products)), d = toFloat((IntVector)loadWords(products + W));
      if constexpr (Offset) {
        c = multiplyAdd(splat(offsets[i]), leftSum, c);
        d = multiplyAdd(splat(offsets[i]), rightSum, d);
      }
      store(total, addScaled(load(total), c, s0, z0, splat(inputSums[i])));
      store(total + W, addScaled(load(total + W), d, s1, z1, splat(inputSums[i])));
    }
    parameters += 3 * rows;
    if (Offset) block.codeSums += 2;
    if (segment.last) endRun();
  };
  memset(block.totals, 0, totalBytes);
  const RoundedSegment* before = nullptr;
  for (const RoundedSegment& segment : plan.segments) {
    const int64_t step = segment.block * blockSteps;
    ahead.fetch(segment.blocks);
    tiles.zero();
    tiles.add<ByteTiles>(block.inputs + step * rows, block.bytes + step * productColumns, segment.blocks * blockSteps);
    if (before) leave(*before);
    tiles.store(block.products, productColumns);
    before = &segment;
  }
  leave(*before);
}

/** Rows, in tiles of `height`, and panels [panel0, panel1) of codes of `Bits`. */
template <int Bits>
void roundedTilePanels(const PackedLinear& linear, const RoundedPlan& plan, bool offset, const int32_t* inputs, int64_t rowWords, int64_t height, float* y, int64_t rows, int64_t panel0,
                       int64_t panel1, float* scratch) {
  const int64_t blocks = linear.depth / blockInputs, panelWords = blocks * 2 * Bits * W, tileCount = (rows + height - 1) / height;
  constexpr int64_t blockLines = 2 * Bits * W / lineWords, blockFloats = productRows * productColumns;
  Vector* sums = reinterpret_cast<Vector*>(scratch);
  float* totals = scratch + static_cast<int64_t>(plan.segments.size()) * productColumns;
  float* aside = totals + blockFloats;
  int32_t* products = reinterpret_cast<int32_t*>(aside + blockFloats);
  uint32_t* bytes = reinterpret_cast<uint32_t*>(products + blockFloats);
  ProductTiles tiles(unitSteps(plan));
  for (int64_t panel = panel0; panel < panel1; panel++) {
    const uint32_t* words = linear.words + panel * panelWords;
    decodeSigned<Bits>(blocks, words, bytes);
    if (offset) sumSigned(plan, bytes, sums);
    const int64_t column = panel * productColumns, left = linear.out - column;
    // the next panel comes while this one is multiplied
    Ahead ahead = {words + panelWords, panel + 1 < panel1 ? (blockLines + tileCount - 1) / tileCount : 0};
    for (int64_t row = 0; row < rows; row += height, ahead.words += blocks * ahead.lines * lineWords) {
      const int64_t some = rows - row < height ? rows - row : height;
      const bool whole = left >= productColumns;
      float* to = y + row * linear.out + column;
      tiles.hold(some);
      const RoundedBlock block = {bytes, sums, panel * linear.groups * productColumns, inputs + row * rowWords, some, whole ? to : aside, whole ? linear.out : productColumns, products, totals};
      if (offset)
        roundedBlock<true>(linear, plan, tiles, block, ahead);
      else
        roundedBlock<false>(linear, plan, tiles, block, ahead);
      for (int64_t i = 0; i < some && !whole; i++) memcpy(to + i * linear.out, aside + i * productColumns, left * sizeof(float));
    }
  }
}

/** Whether a tile of so many rows is left to the other set, which has tiles as low. */
bool tooFewRows(int64_t rows) { return rows <= THINKBITS_BASE()->roundedRows; }

int64_t roundedWordsForTiles(const PackedLinear& linear, const RoundedPlan& plan) {
  const int64_t own = linear.depth / 4 + 3 * static_cast<int64_t>(plan.segments.size()) + plan.runs, others = THINKBITS_BASE()->roundedWords(linear, plan);
  // so that tiles begin where cache lines do
  return ((own > others ? own : others) + lineWords - 1) / lineWords * lineWords;
}

int64_t roundedScratchForTiles(const PackedLinear& linear, const RoundedPlan& plan) {
  const int64_t own = (static_cast<int64_t>(plan.segments.size()) + 3 * productRows + linear.depth / 4) * productColumns, others = THINKBITS_BASE()->roundedScratch(linear, plan);
  return own > others ? own : others;
}

/** A tile of rows: codes [unit][rows][steps of four], then what roundedTile's have behind theirs. */
void roundForTiles(const PackedLinear& linear, const RoundedPlan& plan, const ActivationRounding& rounding, const float* x, int64_t rows, int32_t* tile, float* scratch) {
  if (tooFewRows(rows)) return THINKBITS_BASE()->roundInputs(linear, plan, rounding, x, rows, tile, scratch);
  const int64_t steps = unitSteps(plan), unitInputs = 4 * steps;
  roundRows(linear, plan, rounding, x, rows, tile + linear.depth / 4 * rows, scratch, [&](const int8_t* codes, int64_t row) {
    int32_t* out = tile + row * steps;
    for (int64_t k = 0; k < linear.depth; k += unitInputs, out += rows * steps) {
      switch (codesOfByte(linear.bits)) {
        case 4: layRow<4, false>(codes + k, unitInputs / blockInputs, 1, out); break;
        case 2: layRow<2, false>(codes + k, unitInputs / blockInputs, 1, out); break;
        default: layRow<1, false>(codes + k, unitInputs / blockInputs, 1, out); break;
      }
    }
  });
}

void linearRoundedByTiles(const PackedLinear& linear, const RoundedPlan& plan, bool offset, const int32_t* inputs, int64_t height, float* y, int64_t rows, int64_t panel0, int64_t panel1,
                          float* scratch) {
  const int64_t rowWords = roundedWordsForTiles(linear, plan), last = rows % height;
  const int64_t tiled = tooFewRows(height) ? 0 : tooFewRows(last) ? rows - last : rows;
  if (tiled > 0)
    forBits(linear.bits, [&](auto bits) { roundedTilePanels<bits>(linear, plan, offset, inputs, rowWords, height, y, tiled, panel0, panel1, scratch); });
  for (int64_t row = tiled; row < rows; row += height) {
    const int64_t some = rows - row < height ? rows - row : height;
    THINKBITS_BASE()->linearRounded(linear, plan, offset, inputs + row * rowWords, some, y + row * linear.out, some, panel0, panel1, scratch);
  }
}

}  // namespace
