// Blocks of a product in tile registers: up to 32 rows by 32 outputs are four sums, with two tiles of rows and two of outputs, so that
// each tile that is loaded is multiplied twice; up to 16 rows are two sums.
//
// The depth comes in units of `steps` words, 16 at most: of rows [unit][rows][steps], of outputs [unit][steps][32].
#pragma once
#include "tile-registers.h"

namespace {

constexpr int64_t productRows = 32, productColumns = 32, registerRows = 16;

/** Words of four signed bytes. */
struct ByteTiles {
  template <int C, int A, int B>
  static void add() { addByteProducts<C, A, B>(); }
};

/** Words of two bfloat16. */
struct PairTiles {
  template <int C, int A, int B>
  static void add() { addPairProducts<C, A, B>(); }
};

/** The tile registers of a thread for as long as this lives: 0 to 3 for sums, 4 and 5 for rows, 6 and 7 for outputs. */
class ProductTiles {
 public:
  explicit ProductTiles(int64_t steps) : steps_(steps) {}
  ~ProductTiles() { releaseTiles(); }
  ProductTiles(const ProductTiles&) = delete;
  ProductTiles& operator=(const ProductTiles&) = delete;

  /** Sums are from here on those of so many rows, and undefined until {@link zero} or {@link load}. */
  void hold(int64_t rows) {
    if (rows == rows_) return;
    rows_ = rows;
    TileShapes shapes;
    const auto shape = [&](int tile, int64_t count, int64_t words) {
      shapes.rows[tile] = static_cast<uint8_t>(count);
      shapes.rowBytes[tile] = static_cast<uint16_t>(count > 0 ? 4 * words : 0);
    };
    const int64_t upper = tall() ? registerRows : rows;
    for (int half = 0; half < 2; half++) {
      const int64_t count = half == 0 ? upper : rows - upper;
      shape(2 * half, count, registerRows);
      shape(2 * half + 1, count, registerRows);
      shape(4 + half, count, steps_);
      shape(6 + half, steps_, registerRows);
    }
    shapeTiles(shapes);
  }

  void zero() const {
    zeroTile<0>();
    zeroTile<1>();
    if (!tall()) return;
    zeroTile<2>();
    zeroTile<3>();
  }

  /** Sums [rows][32] from memory. @param row words from a row to the next */
  template <class T>
  void load(const T* from, int64_t row) const {
    const T* lower = from + registerRows * row;
    loadTile<0>(from, 4 * row);
    loadTile<1>(from + registerRows, 4 * row);
    if (!tall()) return;
    loadTile<2>(lower, 4 * row);
    loadTile<3>(lower + registerRows, 4 * row);
  }

  template <class T>
  void store(T* to, int64_t row) const {
    T* lower = to + registerRows * row;
    storeTile<0>(to, 4 * row);
    storeTile<1>(to + registerRows, 4 * row);
    if (!tall()) return;
    storeTile<2>(lower, 4 * row);
    storeTile<3>(lower + registerRows, 4 * row);
  }

  /** Adds the products of so many words of the depth, whole units, to the sums. */
  template <class Product, class Left, class Right>
  void add(const Left* left, const Right* right, int64_t depth) const {
    if (tall())
      addUnits<Product, true>(left, right, depth);
    else
      addUnits<Product, false>(left, right, depth);
  }

 private:
  bool tall() const { return rows_ > registerRows; }

  template <class Product, bool Tall, class Left, class Right>
  void addUnits(const Left* left, const Right* right, int64_t depth) const {
    for (; depth > 0; depth -= steps_, left += rows_ * steps_, right += steps_ * productColumns) {
      loadTile<4>(left, 4 * steps_);
      loadTile<6>(right, 4 * productColumns);
      Product::template add<0, 4, 6>();
      loadTile<7>(right + registerRows, 4 * productColumns);
      Product::template add<1, 4, 7>();
      if constexpr (Tall) {
        loadTile<5>(left + registerRows * steps_, 4 * steps_);
        Product::template add<2, 5, 6>();
        Product::template add<3, 5, 7>();
      }
    }
  }

  const int64_t steps_;
  int64_t rows_ = 0;
};

}  // namespace
