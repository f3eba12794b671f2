// Rounding with error feedback, and the panels of its Cholesky factors: checks, and how rows are shared among threads.
#include "calls.h"

namespace {

/** What both calls over a block are told, in this order. */
enum Number { rowCount, columnCount, blockStart, blockEnd, fromPosition, toPosition, perRow, lowest, highest, elementKind, numberCount };

/** Reads the numbers of a block; false when they make no block of the matrix. */
bool readBlock(Call& call, int index, const int32_t*& numbers, CompensationJob& job) {
  const Span<int32_t> given = call.integers(index, numberCount);
  if (!call.ok) return false;
  const int32_t* n = numbers = given.data;
  call.require(n[rowCount] >= 0 && n[columnCount] >= 0 && n[blockStart] >= 0 && n[blockEnd] <= n[columnCount] && n[blockStart] < n[blockEnd] &&
                   n[blockEnd] - n[blockStart] <= compensationWidth,
               "no such block of columns");
  call.require(n[blockStart] <= n[fromPosition] && n[fromPosition] <= n[toPosition] && n[toPosition] <= n[columnCount], "positions lie outside of the block");
  job.columns = n[columnCount];
  job.start = n[blockStart];
  job.end = n[blockEnd];
  job.from = n[fromPosition];
  job.to = n[toPosition];
  return call.ok;
}

/** The block's own part of U and, where there is one, of P, transposed in float64; the job points into `room`. */
void packBlock(State& state, CompensationJob& job, const Span<float>& upper, const Span<float>& response, std::vector<double>& room) {
  const int64_t width = job.end - job.start;
  room.resize(2 * width * width);
  state.kernels->packFeedback(upper.data, job.columns, job.start, width, room.data());
  job.feedback = room.data();
  if (response.length == 0) return;
  state.kernels->packFeedback(response.data, job.columns, job.start, width, room.data() + width * width);
  job.answer = room.data() + width * width;
}

/**
 * Reads what both calls over a block compute with: work is argument 0, and errors, minusWeights, upper and response follow one
 * another from `first` on. False where they do not fit.
 */
bool readFeedback(Call& call, int first, int64_t rows, CompensationJob& job, std::vector<double>& room) {
  const int64_t width = job.end - job.start, size = job.columns * job.columns;
  const Span<float> work = call.floats(0, rows * job.columns), errors = call.floats(first, rows * width), minus = call.floats(first + 1, 0);
  const Span<float> upper = call.floats(first + 2, size), response = call.floats(first + 3, 0);
  call.require(response.length == 0 || (response.length >= size && minus.length >= rows * width), "the response does not fit the block");
  if (!call.ok) return false;
  packBlock(State::of(call.env()), job, upper, response, room);
  job.work = work.data;
  job.errors = errors.data;
  job.minusWeights = minus.data;
  return true;
}

/** Runs a kernel over rows, in pieces of whole registers. */
void shareRows(State& state, int64_t rows, int64_t workOfRow, const std::function<void(int64_t, int64_t)>& body) {
  constexpr int64_t together = 16;
  share(state, pieces(rows, together), together * workOfRow, [&](int64_t from, int64_t to) { body(from * together, to * together < rows ? to * together : rows); });
}

}  // namespace

/** factorPanel(matrix, size, left, right) -> whether the matrix [size, size] is positive definite there. */
napi_value callFactorPanel(napi_env env, napi_callback_info info) {
  Call call(env, info, 4);
  const int64_t size = call.integer(1, 0, 1 << 20), left = call.integer(2, 0, 1 << 20), right = call.integer(3, 0, 1 << 20);
  call.require(left <= right && right <= size && right - left <= compensationWidth, "no such panel");
  if (!call.ok) return nullptr;
  const Span<float> matrix = call.floats(0, size * size);
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  const bool definite = state.kernels->factorDiagonal(matrix.data, size, left, right);
  if (definite)
    shareRows(state, size - right, (right - left) * (right - left), [&](int64_t from, int64_t to) {
      state.kernels->factorBelow(matrix.data, size, left, right, right + from, right + to);
    });
  napi_value result;
  napi_get_boolean(env, definite, &result);
  return result;
}

/** solveRows(matrix, size, top, bottom, x, width): L y = x for rows [top, bottom) of L, in place of x [bottom - top, width]. */
napi_value callSolveRows(napi_env env, napi_callback_info info) {
  Call call(env, info, 6);
  const int64_t size = call.integer(1, 0, 1 << 20), top = call.integer(2, 0, 1 << 20), bottom = call.integer(3, 0, 1 << 20), width = call.integer(5, 0, mostElements);
  call.require(top <= bottom && bottom <= size, "no such rows");
  if (!call.ok) return nullptr;
  const Span<float> matrix = call.floats(0, size * size), x = call.floats(4, (bottom - top) * width);
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  shareRows(state, width, (bottom - top) * (bottom - top), [&](int64_t from, int64_t to) {
    state.kernels->solveColumns(matrix.data, size, top, bottom, x.data, width, from, to);
  });
  return nullptr;
}

/** correctColumns(work, errors, minusWeights, upper, response, out, numbers): see round-block.ts; empty arrays where there is no P. */
napi_value callCorrectColumns(napi_env env, napi_callback_info info) {
  Call call(env, info, 7);
  CompensationJob job{};
  const int32_t* n = nullptr;
  if (!readBlock(call, 6, n, job)) return nullptr;
  const int64_t rows = n[rowCount];
  call.require(job.from == job.start || job.to <= job.end, "columns beyond the block know nothing of it");
  const Span<float> out = call.floats(5, rows * (job.to - job.from));
  std::vector<double> room;
  if (!readFeedback(call, 1, rows, job, room)) return nullptr;
  State& state = State::of(env);
  job.out = out.data;
  shareRows(state, rows, (job.to - job.from) * (job.from - job.start + 8), [&](int64_t from, int64_t to) { state.kernels->correctRows(job, from, to); });
  return nullptr;
}

/**
 * sweepColumns(work, codes, errors, minusWeights, upper, response, scales, zeros, groupOf, order, numbers): see round-block.ts;
 * empty arrays where there is no P.
 */
napi_value callSweepColumns(napi_env env, napi_callback_info info) {
  Call call(env, info, 11);
  CompensationJob job{};
  const int32_t* n = nullptr;
  if (!readBlock(call, 10, n, job)) return nullptr;
  const int64_t rows = n[rowCount], width = job.end - job.start;
  job.perRow = n[perRow];
  call.require(job.to <= job.end && job.perRow >= 1, "positions lie outside of the block");
  const Span<uint8_t> codes = call.bytes(1, rows * job.columns);
  const Span<float> scales = call.floats(6, rows * job.perRow), zeros = call.floats(7, rows * job.perRow);
  const Span<int32_t> groupOf = call.integers(8, job.columns), order = call.integers(9, job.columns);
  for (int64_t i = job.from; i < job.to && call.ok; i++)
    call.require(groupOf.data[i] >= 0 && groupOf.data[i] < job.perRow && order.data[i] >= 0 && order.data[i] < job.columns, "a position has no group or no column");
  call.require(n[elementKind] >= 0 && n[elementKind] <= 3, "no such float format");
  std::vector<double> room;
  if (!call.ok || !readFeedback(call, 2, rows, job, room)) return nullptr;
  State& state = State::of(env);
  job.codes = codes.data;
  job.scales = scales.data;
  job.zeros = zeros.data;
  job.groupOf = groupOf.data;
  job.order = order.data;
  job.floats = n[elementKind] > 0;
  job.element = static_cast<FloatElement>(job.floats ? n[elementKind] - 1 : 0);
  job.lowest = n[lowest];
  job.highest = n[highest];
  shareRows(state, rows, (job.to - job.from) * (width + 32), [&](int64_t from, int64_t to) { state.kernels->sweepRows(job, from, to); });
  return nullptr;
}
