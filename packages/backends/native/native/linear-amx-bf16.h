// Products in bfloat16 by tiles. An instruction takes a unit of 32 inputs: it sums the products of the first inputs of pairs and those of
// the second ones, in order, then both, and adds that to what there is; denormals are zeros. Any number of rows, one included, goes over
// the same units in the same order, so that a row's result depends on nothing else.
#pragma once
#include "bfloat16-pairs.h"
#include "tile-products.h"

namespace {

static_assert(tileColumns == productColumns && blockPairs == registerRows, "a panel is two tiles wide, and a block of inputs one unit");

/** Rows that a thread goes over with panels: some 384 inputs of each, and sums over 256 outputs, are half of a second cache of 2 MiB. */
constexpr int64_t nearTileRows = 512;

/** Panels whose sums stay near while the depth comes part by part. */
constexpr int64_t nearTilePanels = 8;

/** Inputs of the rows of one tile, [block][rows][16]. */
void arrangeTilePairs(const PackedLinear& linear, const float* x, int64_t rows, float* tile, float* sums, float* scratch) {
  layRowsOfPairs(linear, x, rows, blockPairs, 1, tile, sums, scratch);
}

/** Inputs [k0, k1) of a panel of codes as pairs, [pair][2 W]. */
void decodePairs(const PackedLinear& linear, const uint32_t* blocks, int64_t depth, float* out) {
  forBits(linear.bits, [&](auto bits) {
    if constexpr (bits <= 4) {
      if (linear.ownLevels) return decodeBlocks<PairCodes, bits, true>(linear, blocks, depth, out);
    }
    decodeBlocks<PairCodes, bits, false>(linear, blocks, depth, out);
  });
}

/** Inputs [k0, k1) of one panel for one tile of rows. */
struct PairBlock {
  int64_t k0, k1, gridAt;
  /** Inputs as {@link arrangeTilePairs} lays them, and their sums by group; weights [pair][2 W]. */
  const float *left, *inputSums, *right;
  int64_t rows;
  /** [rows][2 W] each: sums of a group, of which parts are to come or that leave for floats, and what groups add up to. */
  float *waiting, *products, *totals;
  float* y;
  int64_t yRow;
};

/** Weights that are no codes: sums stay in tiles, and wait in memory between parts of the depth alone. */
void addFloats(const PackedLinear& linear, const ProductTiles& tiles, const PairBlock& block) {
  if (block.k0 == 0)
    tiles.zero();
  else
    tiles.load(block.waiting, productColumns);
  tiles.add<PairTiles>(block.left, block.right, (block.k1 - block.k0) / 2);
  if (block.k1 < linear.depth)
    tiles.store(block.waiting, productColumns);
  else
    tiles.store(block.y, block.yRow);
}

/** Codes: a group's sums leave for floats, where scales are, while the next one's products are under way. */
void addCodes(const PackedLinear& linear, const ProductTiles& tiles, const PairBlock& block) {
  const auto leave = [&](int64_t group) {
    const int64_t grid = block.gridAt + group * productColumns;
    const Vector s0 = load(linear.scales + grid), s1 = load(linear.scales + grid + W);
    const Vector z0 = loadZeros(linear, grid), z1 = loadZeros(linear, grid + W);
    const bool ends = group + 1 == linear.groups;
    float* to = ends ? block.y : block.totals;
    const int64_t toRow = ends ? block.yRow : productColumns;
    for (int64_t i = 0; i < block.rows; i++, to += toRow) {
      const float *products = block.products + i * productColumns, *total = block.totals + i * productColumns;
      const Vector sum = splat(block.inputSums[i * linear.groups + group]);
      store(to, addScaled(load(total), load(products), s0, z0, sum));
      store(to + W, addScaled(load(total + W), load(products + W), s1, z1, sum));
    }
  };
  if (block.k0 == 0) memset(block.totals, 0, block.rows * productColumns * sizeof(float));
  int64_t before = -1;
  for (int64_t k = block.k0, end; k < block.k1; k = end) {
    const int64_t group = k / linear.groupDepth, groupEnd = (group + 1) * linear.groupDepth;
    end = groupEnd < block.k1 ? groupEnd : block.k1;
    if (k == group * linear.groupDepth)
      tiles.zero();
    else
      tiles.load(block.waiting, productColumns);
    const int64_t pair = (k - block.k0) / 2;
    tiles.add<PairTiles>(block.left + pair * block.rows, block.right + pair * productColumns, (end - k) / 2);
    if (before >= 0) leave(before);
    before = end == groupEnd ? group : -1;
    tiles.store(end == groupEnd ? block.products : block.waiting, productColumns);
  }
  if (before >= 0) leave(before);
}

int64_t tilePairScratch(const PackedLinear& linear, int64_t rows, int64_t panels) {
  const int64_t near = panels < nearTilePanels ? panels : nearTilePanels;
  const int64_t product = (nearDepth / 2 + 2 * productRows + 2 * near * rows) * productColumns;
  return product > linear.depth + W ? product : linear.depth + W;
}

void tilePairProduct(const PackedLinear& linear, const LinearInputs& inputs, float* y, int64_t row0, int64_t row1, int64_t panel0, int64_t panel1, float* scratch) {
  const int64_t depth = linear.depth, rows = row1 - row0, height = inputs.height, tileCount = (rows + height - 1) / height;
  float* decodedPairs = scratch;
  float* products = decodedPairs + nearDepth / 2 * productColumns;
  float* aside = products + productRows * productColumns;
  float* sums = aside + productRows * productColumns;
  // words of a block of inputs of one panel
  const int64_t blockWords = linear.words ? 2 * linear.bits * W : blockPairs * productColumns;
  const uint32_t* weight = linear.words ? linear.words : linear.pairs;
  ProductTiles tiles(blockPairs);
  for (int64_t first = panel0, last; first < panel1; first = last) {
    last = first + nearTilePanels < panel1 ? first + nearTilePanels : panel1;
    for (int64_t k0 = 0, k1; k0 < depth; k0 = k1) {
      k1 = partEnd(k0, linear.words ? linear.groupDepth : depth, depth);
      for (int64_t panel = first; panel < last; panel++) {
        const int64_t column = panel * productColumns, left = linear.out - column;
        const auto blocksOf = [&](int64_t of) { return weight + (of * depth + k0) / blockInputs * blockWords; };
        if (linear.words) decodePairs(linear, blocksOf(panel), k1 - k0, decodedPairs);
        const float* right = linear.words ? decodedPairs : reinterpret_cast<const float*>(blocksOf(panel));
        // the next panel's come while this one is multiplied, a part with every tile
        const int64_t share = panel + 1 < panel1 ? ((k1 - k0) / blockInputs * blockWords + tileCount - 1) / tileCount : 0;
        const float* next = reinterpret_cast<const float*>(blocksOf(panel + 1));
        for (int64_t row = row0; row < row1; row += height, next += share) {
          const int64_t some = row1 - row < height ? row1 - row : height;
          const bool whole = left >= productColumns;
          float *to = y + row * linear.out + column, *waiting = sums + 2 * ((panel - first) * rows + (row - row0)) * productColumns;
          const PairBlock block = {k0, k1, panel * linear.groups * productColumns, inputs.tile(row) + k0 / 2 * some, inputs.sums + row * linear.groups, right, some,
                                   waiting, products, waiting + some * productColumns, whole ? to : aside, whole ? linear.out : productColumns};
          fetch(next, share);
          tiles.hold(some);
          if (linear.words)
            addCodes(linear, tiles, block);
          else
            addFloats(linear, tiles, block);
          for (int64_t i = 0; i < some && !whole && k1 == depth; i++) memcpy(to + i * linear.out, aside + i * productColumns, left * sizeof(float));
        }
      }
    }
  }
}

}  // namespace
