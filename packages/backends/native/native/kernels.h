// What a set of kernels for one instruction set offers. All pointers are to floats that the caller has checked; nothing here
// allocates or throws. A kernel does one task of a job, so that the pool can spread tasks over threads: no two tasks write to
// the same place, and every output element is summed in one fixed order whatever the number of rows, tasks and threads.
#pragma once
#include <cstddef>
#include <cstdint>

/** c [M, N] = a [M, K] * b [K, N]; strides in elements, one of each pair is 1. */
struct MatmulJob {
  const float* a;
  const float* b;
  float* c;
  int64_t rows, columns, depth;
  int64_t aRow, aDepth;   // a(m, k) = a[m * aRow + k * aDepth]
  int64_t bDepth, bColumn;  // b(k, n) = b[k * bDepth + n * bColumn]
  int64_t cRow;
  bool accumulate;  // c += instead of c =
  bool upper;       // only what lies right of the diagonal, and on it, has to be computed
  const float* packed;  // all of a, as packRows leaves it; or null
};

/** Inputs of a product with a packed weight, arranged in tiles of rows: [width][rows of the tile], one behind the other. */
struct LinearInputs {
  float* tiles;
  float* sums;  // [rows][groups], of codes
  int64_t rows;
  int64_t height;  // rows of a tile; the last one may have fewer
  int64_t width;   // elements of a row: inputs, or pairs of them
  /** Floats between a tile and the next, beyond what it holds. */
  static constexpr int64_t slack = 16;

  /** The tile that begins with a row. */
  float* tile(int64_t row) const { return tiles + row * width + row / height * slack; }
};

/** A weight [out, in] in panels of `columns` outputs; see packed-linear.h. */
struct PackedLinear;
struct ActivationRounding;
struct RoundedPlan;

/** How stored codes are meant: unsigned with a zero point, signed, unsigned above a minimum, or as floats of few bits. */
enum class CodeKind : int { zeroPoint, isSigned, aboveMinimum, floats };
/** Floats of few bits, and how the scale of a group is rounded: not, to a power of two, or to E4M3 relative to the token's. */
enum class FloatElement : int { e2m1, e4m3, e5m2 };
enum class FloatScale : int { float32, power, roundedPower, e4m3 };

/** What shares a grid: channels of a token, a channel's tokens within a page, or all tokens of a channel. */
enum class GridAxis : int { token, page, fixed };

/** How keys or values lie in their pages, and how they get there. */
struct CachePart {
  int bits;              // 32: floats; otherwise packed codes
  int64_t pageTokens;
  GridAxis axis;
  int group;             // channels of a token that share a grid
  CodeKind kind;
  FloatElement element;  // of codes that are floats
  FloatScale scale;
  int64_t rowBytes;      // bytes of a token's codes of one head
  int64_t headBytes;     // from one head to the next within a page
  int64_t parameters;    // offset of the grids behind the codes of a head
  int64_t gridBytes;     // 8: scale and zero point, or minimum; 4 or 1: the scale of floats, as it is or as a power of two
  bool minMax;           // unsigned codes over [min x, max x], not over a range that reaches to 0
  float low, high;       // ratios by which the ends of a range shrink
  const float* grids;    // of all tokens: scales, zero points and offsets, [3][kvHeads, headDim]
  /** Of a row's tokens the last `keep` wait in a window, and those before them until `block` leave it together; 0 and 1: none wait. */
  int64_t keep, block;

  bool waits() const { return keep + block > 1; }
  /** Tokens in pages of a row that has so many. */
  int64_t settledAfter(int64_t tokens) const {
    if (tokens <= keep) return 0;
    return block == 1 ? tokens - keep : (tokens - keep) / block * block;  // a division takes as long as a score
  }
};

/** What all rows of a decoder layer's cache have in common. */
struct CacheLayout {
  int64_t kvHeads, headDim;
  CachePart keys, values;
  /** Angles [positions, headDim / 2] by which keys are rotated as they are read; null where they are stored rotated. */
  const float* cosines;
  const float* sines;
};

/**
 * Keys or values of one row: tokens [0, settled) in pages, those behind them as floats in a window, [kvHeads][windowRow], whose first one is
 * token `waiting`. Those from there to `settled` leave it as the row's new tokens are stored; until others take their places the window has
 * them still, for the first of the new tokens to see.
 */
struct CachedHalf {
  const int32_t* pages;
  int64_t waiting, settled;
  float* window;  // null: none
  int64_t windowRow;
};

/** Tokens on their way into pages. */
struct StoreJob : CacheLayout {
  const float* key;  // [tokens, kvHeads * headDim]
  const float* value;
  uint8_t* memory;  // what page addresses count from
};

struct AttentionJob : CacheLayout {
  const float* query;  // [tokens, heads * headDim]
  float* output;
  const uint8_t* memory;  // what page addresses count from
  int64_t heads;
};

/** Query tokens of a row that share a task, and with it a decoded page, at most. */
constexpr int64_t queryTokens = 16;

/** Query tokens [token, token + count) of one row for one kv head; the first sees `seen` tokens of the row, each next one more. */
struct AttentionTask {
  int64_t token, count, kvHead, seen;
  CachedHalf keys, values;
  /** Scores and powers in float64: for tokens that come together, a prompt's or a calibration text's. */
  bool exact;
};

/** Columns of a block of rounding with error feedback, and of a panel of a Cholesky factor, that kernels take. */
constexpr int64_t compensationWidth = 512;

/** Positions [from, to) of a block [start, end) of columns that are rounded with error feedback; see round-block.ts. */
struct CompensationJob {
  const float* work;       // [rows, columns] by positions
  uint8_t* codes;          // [rows, columns] by columns
  float* errors;           // [rows, end - start]
  float* minusWeights;     // the same, where there is an answer
  float* out;              // [rows, to - from], of correctRows
  const double* feedback;  // [k][l], transposed
  const double* answer;    // the same, or null
  const float* scales;     // [rows, perRow]
  const float* zeros;
  const int32_t* groupOf;  // by position
  const int32_t* order;    // position -> column
  bool floats;             // codes are floats of few bits
  FloatElement element;    // then of this kind
  int64_t columns, perRow, start, end, from, to;
  double lowest, highest;
};

enum class Binary : int { add, subtract, multiply, divide, maximum, minimum, squaredDifference, count };
enum class Unary : int {
  negate, absolute, square, squareRoot, reciprocalSquareRoot, exponential, sigmoid, reciprocal, relu, roundHalfEven, floor, ceil, sign, count
};
enum class Comparison : int { equal, notEqual, less, lessEqual, greater, greaterEqual, count };
enum class Reduction : int { sum, mean, maximum, minimum, count };

/** Products with packed weights in one kind of arithmetic. */
struct LinearKernels {
  /** Rows that a tile of inputs holds at most, and that a task goes over with panels. */
  int64_t tileRows, nearRows;
  /** Copies outputs [row0, row0 + 2 W) of a weight [rows, columns] that is no codes into a panel. */
  void (*packPanel)(PackedLinear&, int64_t panel, const float* weight, int64_t rows, int64_t columns, int64_t row0);
  /** Elements that a row of arranged inputs has. */
  int64_t (*width)(const PackedLinear&);
  /** Arranges the rows of one tile; writes up to the slack behind it. */
  void (*arrange)(const PackedLinear&, const float* x, int64_t rows, float* tile, float* sums, float* scratch);
  /** Floats of scratch for a product of so many rows and panels, and for arranging a tile. */
  int64_t (*scratch)(const PackedLinear&, int64_t rows, int64_t panels);
  /** y [rows, out] for rows [row0, row1), whole tiles, and panels [panel0, panel1). */
  void (*product)(const PackedLinear&, const LinearInputs&, float* y, int64_t row0, int64_t row1, int64_t panel0, int64_t panel1, float* scratch);
};

/** Floats of scratch that a thread brings to every task, 64-byte aligned. */
constexpr int64_t scratchFloats = 512 * 384 + 12 * 384 + 4096;

struct Kernels {
  const char* name;
  /** Rows of c that stay in registers; rows and columns that one task of a matmul computes at most. */
  int64_t tileRows, rowBlock, columnBlock;
  void (*matmul)(const MatmulJob&, int64_t row0, int64_t row1, int64_t column0, int64_t column1, float* scratch);
  /** Floats that a [rows, depth] takes packed, and rows [row0, row1) of it, whole tiles, packed for every block of columns. */
  int64_t (*packedFloats)(int64_t rows, int64_t depth);
  void (*packRows)(const MatmulJob&, int64_t row0, int64_t row1, float* packed);
  /** Whether so few rows are better streamed along b than tiled; c is then computed for columns [column0, column1). */
  bool (*streams)(const MatmulJob&);
  void (*matmulStream)(const MatmulJob&, int64_t column0, int64_t column1);

  /** Outputs of a panel, and lanes of half of it. */
  int64_t panelColumns;
  /** Products in float32, and in bfloat16 with sums in float32, where the processor has those: no functions elsewhere. */
  LinearKernels floats, pairs;
  /** Products in float32 of codes that stand for integers, by digits of the inputs (linear-digits.h): no functions where that is not faster. */
  LinearKernels digits;
  /** Whether they are for codes of so many bits. */
  bool (*digitsServe)(int bits);
  /** Whether the set multiplies bytes and adds up fours in one instruction. Without it many rows are multiplied faster with floats than with codes. */
  bool dotsOfBytes;

  /** Rows that a tile of rounded inputs holds at most, and 32-bit words that one row of it takes. */
  int64_t roundedRows;
  int64_t (*roundedWords)(const PackedLinear&, const RoundedPlan&);
  /** Rounds `rows` rows, one tile, to codes laid out for linearRounded. */
  void (*roundInputs)(const PackedLinear&, const RoundedPlan&, const ActivationRounding&, const float* x, int64_t rows, int32_t* tile, float* scratch);
  /** Floats of scratch for either of the two. */
  int64_t (*roundedScratch)(const PackedLinear&, const RoundedPlan&);
  /** y [rows, out] for panels [panel0, panel1) from tiles of `height` rounded inputs. `offset`: as {@link roundingHasOffset} says of them. */
  void (*linearRounded)(const PackedLinear&, const RoundedPlan&, bool offset, const int32_t* tiles, int64_t height, float* y, int64_t rows, int64_t panel0, int64_t panel1, float* scratch);

  void (*binary)(Binary, const float* a, const float* b, float* out, int64_t inner, bool aScalar, bool bScalar);
  void (*compare)(Comparison, const float* a, const float* b, uint8_t* out, int64_t inner, bool aScalar, bool bScalar);
  void (*clip)(const float* x, float* out, int64_t count, float low, float high);
  void (*unary)(Unary, const float* x, float* out, int64_t count);
  void (*reduceRows)(Reduction, const float* x, float* out, int64_t rows, int64_t width);
  void (*reduceColumns)(Reduction, const float* x, float* out, int64_t rows, int64_t width, int64_t column0, int64_t column1);
  void (*softmaxRows)(const float* x, float* out, int64_t rows, int64_t width);
  void (*rmsNormRows)(const float* x, const float* weight, float* out, int64_t rows, int64_t width, float epsilon);
  void (*swigluRows)(const float* gateUp, float* out, int64_t rows, int64_t width);
  void (*rotateRow)(const float* x, float* out, int64_t heads, int64_t half, const float* cosines, const float* sines);
  void (*roundTokens)(const float* x, float* out, int64_t tokens, int64_t groups, int64_t group, int bits, bool symmetric, const float* lows, const float* highs);
  void (*roundTokensToFloats)(const float* x, float* out, int64_t tokens, int64_t groups, int64_t group, FloatElement, FloatScale, const float* lows, const float* highs);
  void (*hadamard)(const float* x, float* out, int64_t rows, int64_t base, int64_t power, const int8_t* signs, double* row, double* mixed);
  void (*transpose)(const float* x, float* out, int64_t rows, int64_t columns, int64_t row0, int64_t row1);
  /** Writes a token, heads of which lie `headRow` floats apart, as the one `at` of a page. */
  void (*storeToken)(const CachePart&, const float* token, int64_t headRow, uint8_t* page, int64_t at, int64_t kvHeads, int64_t headDim);
  /** Writes all tokens of a page whose channels get grids of their own, heads of [pageTokens, headDim] `headRow` floats apart. */
  void (*storePage)(const CachePart&, const float* tokens, int64_t headRow, uint8_t* page, int64_t kvHeads, int64_t headDim);
  int64_t (*likeliestToken)(const float* logits, int64_t count);
  /** Returns the sum of the weights. */
  double (*weighTokens)(const float* logits, int64_t count, double highest, double temperature, double* weights);
  void (*attention)(const AttentionJob&, const AttentionTask&, float* scores, float* decoded);

  void (*packFeedback)(const float* matrix, int64_t columns, int64_t start, int64_t width, double* out);
  void (*correctRows)(const CompensationJob&, int64_t row0, int64_t row1);
  void (*sweepRows)(const CompensationJob&, int64_t row0, int64_t row1);
  bool (*factorDiagonal)(float* matrix, int64_t size, int64_t left, int64_t right);
  void (*factorBelow)(float* matrix, int64_t size, int64_t left, int64_t right, int64_t row0, int64_t row1);
  void (*solveColumns)(const float* matrix, int64_t size, int64_t top, int64_t bottom, float* x, int64_t width, int64_t column0, int64_t column1);
  bool (*allFinite)(const float* x, int64_t count);
};

/**
 * Sets with products by tiles, in bfloat16, and of integers by VNNI, that otherwise are as one of those below; absent where the compiler knows
 * them not.
 */
const Kernels* kernelsAmx();
const Kernels* kernelsAvx512bf16();
const Kernels* kernelsAvx512vnni();
const Kernels* kernelsAvx2vnni();
const Kernels* kernelsAvx512();
const Kernels* kernelsAvx2();
/** The next set with integer products by NEON's dot product. */
const Kernels* kernelsNeondot();
const Kernels* kernelsBaseline();
