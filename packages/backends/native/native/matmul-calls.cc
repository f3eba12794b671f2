// Products: what JavaScript calls, and how a product is split into tasks.
#include <vector>
#include "apply-linear.h"
#include "calls.h"

namespace {

/** Blocks of columns from which rows of a are packed once, for all of them, and floats of that at most. */
constexpr int64_t fewColumnBlocks = 3, mostPacked = int64_t{1} << 23;

/** Packs a whole a into memory of the state; null where that does not pay. */
const float* packOnce(State& state, const MatmulJob& job, int threads, int64_t columnBlocks) {
  const Kernels& kernels = *state.kernels;
  const int64_t floats = kernels.packedFloats(job.rows, job.depth);
  if (columnBlocks < fewColumnBlocks || floats > mostPacked) return nullptr;
  float* packed = state.inputs.atLeast(floats);
  const int64_t step = 8 * kernels.tileRows;
  const std::function<void(int64_t, Scratch&)> task = [&](int64_t i, Scratch&) {
    kernels.packRows(job, i * step, (i + 1) * step < job.rows ? (i + 1) * step : job.rows, packed);
  };
  runTasks(state, pieces(job.rows, step), threads, task);
  return packed;
}

/** Runs one product per batch entry, [batch, M, N]; a batch stride of 0 uses the same matrix again. */
void runMatmul(State& state, MatmulJob job, int64_t batch, int64_t aBatch, int64_t bBatch, int64_t cBatch) {
  const Kernels& kernels = *state.kernels;
  const auto jobOf = [&](int64_t index) {
    MatmulJob one = job;
    one.a += index * aBatch;
    one.b += index * bBatch;
    one.c += index * cBatch;
    return one;
  };
  if (job.rows == 0 || job.columns == 0) return;
  const int64_t work = batch * job.rows * job.columns * (job.depth + 1);
  const int threads = work < worthSharing ? 1 : state.pool->threads();
  if (kernels.streams(job)) {
    // whole cache lines to a task
    const int64_t step = batch >= threads ? job.columns : (pieces(job.columns, threads) + 15) / 16 * 16;
    const int64_t strips = pieces(job.columns, step);
    const std::function<void(int64_t, Scratch&)> task = [&](int64_t i, Scratch&) {
      const int64_t column = i % strips * step;
      kernels.matmulStream(jobOf(i / strips), column, column + step < job.columns ? column + step : job.columns);
    };
    runTasks(state, batch * strips, threads, task);
    return;
  }
  int64_t rowStep = kernels.rowBlock, columnStep = kernels.columnBlock;
  // tasks along a diagonal are of unequal size: more of them, where they stay large
  const int64_t least = (job.upper && job.rows > 1024 ? 8 : 4) * threads;
  const auto few = [&] { return threads > 1 && batch * pieces(job.rows, rowStep) * pieces(job.columns, columnStep) < least; };
  // enough tasks that no thread waits long for the last one
  while (few() && (columnStep > 64 || rowStep > 4 * kernels.tileRows)) {
    if (columnStep > 64 && (columnStep >= rowStep || rowStep <= 4 * kernels.tileRows))
      columnStep /= 2;
    else
      rowStep = pieces(rowStep, 2 * kernels.tileRows) * kernels.tileRows;
  }
  const int64_t rowBlocks = pieces(job.rows, rowStep), columnBlocks = pieces(job.columns, columnStep);
  if (batch == 1) job.packed = packOnce(state, job, threads, columnBlocks);
  const std::function<void(int64_t, Scratch&)> task = [&](int64_t i, Scratch& scratch) {
    const int64_t row = i / columnBlocks % rowBlocks * rowStep, column = i % columnBlocks * columnStep;
    const int64_t rowEnd = row + rowStep < job.rows ? row + rowStep : job.rows;
    const int64_t columnEnd = column + columnStep < job.columns ? column + columnStep : job.columns;
    if (job.upper && columnEnd <= row) return;
    kernels.matmul(jobOf(i / columnBlocks / rowBlocks), row, rowEnd, column, columnEnd, scratch.atLeast(scratchFloats));
  };
  runTasks(state, batch * rowBlocks * columnBlocks, threads, task);
}

}  // namespace

/** matmul(a, b, c, batch, M, K, N, transposeA, transposeB, aBatch, bBatch) */
napi_value callMatmul(napi_env env, napi_callback_info info) {
  Call call(env, info, 11);
  const int64_t batch = call.integer(3, 0, mostElements), rows = call.integer(4, 0, mostElements);
  const int64_t depth = call.integer(5, 0, mostElements), columns = call.integer(6, 0, mostElements);
  const bool transposeA = call.boolean(7), transposeB = call.boolean(8);
  const int64_t aBatch = call.integer(9, 0, mostElements), bBatch = call.integer(10, 0, mostElements);
  if (!call.ok) return nullptr;
  const double most = 9e15;  // beyond the longest typed array, within int64
  call.require(static_cast<double>(batch) * rows * columns < most && static_cast<double>(rows) * depth < most &&
                   static_cast<double>(depth) * columns < most && static_cast<double>(batch) * (aBatch + bBatch) < most,
               "the matrices are too large");
  if (!call.ok) return nullptr;
  const auto length = [&](int64_t stride, int64_t one) { return batch > 0 ? (batch - 1) * stride + one : 0; };
  const Span<float> a = call.floats(0, length(aBatch, rows * depth)), b = call.floats(1, length(bBatch, depth * columns));
  const Span<float> c = call.floats(2, batch * rows * columns);
  if (!call.ok) return nullptr;
  MatmulJob job{};
  job.a = a.data;
  job.b = b.data;
  job.c = c.data;
  job.rows = rows;
  job.columns = columns;
  job.depth = depth;
  job.aRow = transposeA ? 1 : depth;
  job.aDepth = transposeA ? rows : 1;
  job.bDepth = transposeB ? 1 : columns;
  job.bColumn = transposeB ? depth : 1;
  job.cRow = columns;
  runMatmul(State::of(env), job, batch, aBatch, bBatch, rows * columns);
  return nullptr;
}

/** joinProduct(x, w, y, tokens, in, out, start, width): y[:, start .. start + out] = x [tokens, in] w^T; y is [tokens, width]. */
napi_value callJoinProduct(napi_env env, napi_callback_info info) {
  Call call(env, info, 8);
  const int64_t tokens = call.integer(3, 0, mostElements), depth = call.integer(4, 0, mostElements), out = call.integer(5, 0, mostElements);
  const int64_t start = call.integer(6, 0, mostElements), width = call.integer(7, 0, mostElements);
  call.require(start + out <= width, "the outputs lie beyond the row");
  if (!call.ok) return nullptr;
  const Span<float> x = call.floats(0, tokens * depth), w = call.floats(1, out * depth), y = call.floats(2, tokens * width);
  if (!call.ok) return nullptr;
  MatmulJob job{};
  job.a = x.data;
  job.b = w.data;
  job.c = y.data + start;
  job.rows = tokens;
  job.columns = out;
  job.depth = depth;
  job.aRow = depth;
  job.aDepth = 1;
  job.bDepth = 1;
  job.bColumn = depth;
  job.cRow = width;
  runMatmul(State::of(env), job, 1, 0, 0, 0);
  return nullptr;
}

/** addGram(x, sum, tokens, size): sum [size, size] += x^T x right of the diagonal and on it; x is [tokens, size], in bfloat16 where products are. */
napi_value callAddGram(napi_env env, napi_callback_info info) {
  Call call(env, info, 4);
  const int64_t tokens = call.integer(2, 0, mostElements), size = call.integer(3, 0, int64_t{1} << 20);
  const Span<float> x = call.floats(0, tokens * size), sum = call.floats(1, size * size);
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  if (state.pairs) {
    call.require(tokens == 0 || size == 0 || addGramOfPairs(state, x.data, sum.data, tokens, size), "no memory for a product");
    return nullptr;
  }
  MatmulJob job{};
  job.a = x.data;
  job.b = x.data;
  job.c = sum.data;
  job.rows = job.columns = size;
  job.depth = tokens;
  job.aRow = 1;
  job.aDepth = size;
  job.bDepth = size;
  job.bColumn = 1;
  job.cRow = size;
  job.accumulate = true;
  job.upper = true;
  runMatmul(state, job, 1, 0, 0, 0);
  return nullptr;
}

/** subtractProduct(c, cStart, cRow, a, aStart, aRow, b, bStart, bRow, M, K, N, transposeB): c -= a * b within larger matrices. */
napi_value callSubtractProduct(napi_env env, napi_callback_info info) {
  Call call(env, info, 13);
  int64_t start[3], stride[3];
  for (int i = 0; i < 3; i++) {
    start[i] = call.integer(3 * i + 1, 0, int64_t{1} << 40);
    stride[i] = call.integer(3 * i + 2, 0, mostElements);
  }
  const int64_t rows = call.integer(9, 0, mostElements), depth = call.integer(10, 0, mostElements), columns = call.integer(11, 0, mostElements);
  const bool transposeB = call.boolean(12);
  if (!call.ok || rows == 0 || columns == 0 || depth == 0) return nullptr;
  const int64_t bRows = transposeB ? columns : depth, bWidth = transposeB ? depth : columns;
  call.require(stride[0] >= columns && stride[1] >= depth && stride[2] >= bWidth, "a row is longer than the distance to the next");
  if (!call.ok) return nullptr;
  const Span<float> c = call.floats(0, start[0] + (rows - 1) * stride[0] + columns);
  const Span<float> a = call.floats(3, start[1] + (rows - 1) * stride[1] + depth);
  const Span<float> b = call.floats(6, start[2] + (bRows - 1) * stride[2] + bWidth);
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  MatmulJob job{};
  job.a = a.data + start[1];
  job.b = b.data + start[2];
  job.c = c.data + start[0];
  job.rows = rows;
  job.columns = columns;
  job.depth = depth;
  job.aRow = stride[1];
  job.aDepth = 1;
  job.bDepth = transposeB ? 1 : stride[2];
  job.bColumn = transposeB ? stride[2] : 1;
  job.cRow = stride[0];
  job.accumulate = true;
  // c - a b = c + (-a) b = c + a (-b): of the smaller of both there is a negated copy
  const bool ofA = rows <= columns;
  const int64_t count = ofA ? rows : bRows, width = ofA ? depth : bWidth, apart = stride[ofA ? 1 : 2];
  call.require(state.negated.reserve(count * width), "no memory for a negated copy");
  if (!call.ok) return nullptr;
  float* negated = state.negated.atLeast(count * width);
  const float* from = ofA ? job.a : job.b;
  for (int64_t i = 0; i < count; i++)
    for (int64_t k = 0; k < width; k++) negated[i * width + k] = -from[i * apart + k];
  if (ofA) {
    job.a = negated;
    job.aRow = width;
  } else {
    job.b = negated;
    (transposeB ? job.bColumn : job.bDepth) = width;
  }
  runMatmul(state, job, 1, 0, 0, 0);
  return nullptr;
}

/**
 * quadraticTrace(d, h, rows, size) -> tr(D H D^T) for D [rows, size] and a symmetric H [size, size], of which the blocks at and below the
 * diagonal are read whole; products in float32, their sum in float64.
 */
napi_value callQuadraticTrace(napi_env env, napi_callback_info info) {
  Call call(env, info, 4);
  const int64_t rows = call.integer(2, 0, mostElements), size = call.integer(3, 0, int64_t{1} << 20);
  if (!call.ok) return nullptr;
  const Span<float> d = call.floats(0, rows * size), h = call.floats(1, size * size);
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  const Kernels& kernels = *state.kernels;
  constexpr int64_t rowStep = 384, columnStep = 128;
  const int64_t rowBlocks = pieces(rows, rowStep), columnBlocks = pieces(size, columnStep);
  std::vector<double> sums(rowBlocks * columnBlocks);
  // the columns with most of H below them first, so that no thread waits long for the last task
  const std::function<void(int64_t, Scratch&)> task = [&](int64_t i, Scratch& scratch) {
    const int64_t row = i % rowBlocks * rowStep, left = i / rowBlocks * columnStep;
    const int64_t count = rows - row < rowStep ? rows - row : rowStep, width = size - left < columnStep ? size - left : columnStep, right = left + width;
    float* memory = scratch.atLeast(scratchFloats + rowStep * columnStep);
    float* product = memory + scratchFloats;
    const auto multiply = [&](int64_t k0, int64_t k1, bool accumulate) {
      MatmulJob job{};
      job.a = d.data + row * size + k0;
      job.b = h.data + k0 * size + left;
      job.c = product;
      job.rows = count;
      job.columns = width;
      job.depth = k1 - k0;
      job.aRow = job.bDepth = size;
      job.aDepth = job.bColumn = 1;
      job.cRow = width;
      job.accumulate = accumulate;
      kernels.matmul(job, 0, count, 0, width, memory);
    };
    // what lies below the diagonal block stands for its mirror image too
    if (right < size) {
      multiply(right, size, false);
      for (int64_t at = 0; at < count * width; at++) product[at] *= 2;
    }
    multiply(left, right, right < size);
    double sum = 0;
    for (int64_t r = 0; r < count; r++)
      for (int64_t c = 0; c < width; c++) sum += static_cast<double>(product[r * width + c]) * d.data[(row + r) * size + left + c];
    sums[i] = sum;
  };
  runTasks(state, rowBlocks * columnBlocks, rows * size * size < worthSharing ? 1 : state.pool->threads(), task);
  double trace = 0;
  for (const double sum : sums) trace += sum;
  napi_value result;
  napi_create_double(env, trace, &result);
  return result;
}
