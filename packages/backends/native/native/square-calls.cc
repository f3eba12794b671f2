// Square matrices on their way to a factor: what is memory's work alone, on all threads.
#include "calls.h"

namespace {

/** Rows and columns that are turned over together: both sides lie in the first cache. */
constexpr int64_t turned = 32;

/** Rows of a task that goes over a whole matrix. */
constexpr int64_t rowsOfTask = 64;
static_assert(rowsOfTask % turned == 0);

}  // namespace

/** mirrorScaled(matrix, size, factor): times a factor what lies right of the diagonal and on it, and the same left of it. */
napi_value callMirrorScaled(napi_env env, napi_callback_info info) {
  Call call(env, info, 3);
  const int64_t size = call.integer(1, 0, int64_t{1} << 20);
  const double factor = call.number(2);
  const Span<float> matrix = call.floats(0, size * size);
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  float* m = matrix.data;
  const std::function<void(int64_t, Scratch&)> task = [&](int64_t i, Scratch&) {
    const int64_t end = (i + 1) * rowsOfTask < size ? (i + 1) * rowsOfTask : size;
    for (int64_t top = i * rowsOfTask; top < end; top += turned) {
      const int64_t bottom = top + turned < end ? top + turned : end;
      for (int64_t left = top; left < size; left += turned) {
        const int64_t right = left + turned < size ? left + turned : size;
        for (int64_t row = top; row < bottom; row++) {
          for (int64_t column = left > row ? left : row; column < right; column++) m[row * size + column] = static_cast<float>(factor * m[row * size + column]);
        }
        for (int64_t column = left; column < right; column++) {
          for (int64_t row = top; row < bottom && row < column; row++) m[column * size + row] = m[row * size + column];
        }
      }
    }
  };
  runTasks(state, pieces(size, rowsOfTask), size * size < worthSharing ? 1 : state.pool->threads(), task);
  return nullptr;
}

/** reorderSquare(matrix, order, out): out[i, j] = matrix[order[i], order[j]]. */
napi_value callReorderSquare(napi_env env, napi_callback_info info) {
  Call call(env, info, 3);
  const Span<int32_t> order = call.integers(1, 0);
  if (!call.ok) return nullptr;
  const int64_t size = order.length;
  call.require(size <= int64_t{1} << 20, "the order is too long");
  if (!call.ok) return nullptr;
  const Span<float> matrix = call.floats(0, size * size), out = call.floats(2, size * size);
  for (int64_t i = 0; call.ok && i < size; i++) call.require(order.data[i] >= 0 && order.data[i] < size, "the order names a row that is not there");
  if (!call.ok) return nullptr;
  share(State::of(env), size, size, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) {
      const float* row = matrix.data + order.data[i] * size;
      for (int64_t j = 0; j < size; j++) out.data[i * size + j] = row[order.data[j]];
    }
  });
  return nullptr;
}
