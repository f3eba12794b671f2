// Element by element and row by row: what JavaScript calls.
#include <cstring>
#include "calls.h"

namespace {

/** How an operand of a binary operation lies beside [outer, inner]. */
enum Operand : int { whole = 0, scalar = 1, row = 2, column = 3 };

int64_t elements(int operand, int64_t outer, int64_t inner) {
  return operand == whole ? outer * inner : operand == scalar ? 1 : operand == row ? inner : outer;
}

/** Two operands beside a result [outer, inner]: arguments 1, 2 and 4 to 7 of an operation on both. */
class Pair {
 public:
  explicit Pair(Call& call) {
    outer_ = call.integer(4, 0, mostElements);
    inner_ = call.integer(5, 0, mostElements);
    a_ = static_cast<int>(call.integer(6, 0, 3));
    b_ = static_cast<int>(call.integer(7, 0, 3));
    left_ = call.floats(1, elements(a_, outer_, inner_)).data;
    right_ = call.floats(2, elements(b_, outer_, inner_)).data;
  }

  int64_t size() const { return outer_ * inner_; }

  /** Calls body(a, b, first element, count, a is one element, b is one element) for pieces of the result, on any thread. */
  template <class F>
  void forEachPiece(State& state, F body) const {
    if (size() == 0) return;
    // without rows and columns the result may be cut anywhere
    if (a_ <= scalar && b_ <= scalar) {
      share(state, size(), 1, [&](int64_t from, int64_t to) {
        body(a_ == scalar ? left_ : left_ + from, b_ == scalar ? right_ : right_ + from, from, to - from, a_ == scalar, b_ == scalar);
      });
      return;
    }
    share(state, outer_, inner_, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++)
        body(at(a_, left_, i), at(b_, right_, i), i * inner_, inner_, a_ == scalar || a_ == column, b_ == scalar || b_ == column);
    });
  }

 private:
  const float* at(int operand, const float* data, int64_t first) const {
    return operand == whole ? data + first * inner_ : operand == column ? data + first : data;
  }

  int64_t outer_ = 0, inner_ = 0;
  int a_ = whole, b_ = whole;
  const float* left_ = nullptr;
  const float* right_ = nullptr;
};

}  // namespace

/** binary(op, a, b, out, outer, inner, aOperand, bOperand) */
napi_value callBinary(napi_env env, napi_callback_info info) {
  Call call(env, info, 8);
  const Binary op = static_cast<Binary>(call.integer(0, 0, static_cast<int>(Binary::count) - 1));
  const Pair pair(call);
  const Span<float> out = call.floats(3, pair.size());
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  pair.forEachPiece(state, [&](const float* a, const float* b, int64_t at, int64_t count, bool aScalar, bool bScalar) {
    state.kernels->binary(op, a, b, out.data + at, count, aScalar, bScalar);
  });
  return nullptr;
}

/** compare(op, a, b, out, outer, inner, aOperand, bOperand): out holds 0 and 1, a byte each. */
napi_value callCompare(napi_env env, napi_callback_info info) {
  Call call(env, info, 8);
  const Comparison op = static_cast<Comparison>(call.integer(0, 0, static_cast<int>(Comparison::count) - 1));
  const Pair pair(call);
  const Span<uint8_t> out = call.bytes(3, pair.size());
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  pair.forEachPiece(state, [&](const float* a, const float* b, int64_t at, int64_t count, bool aScalar, bool bScalar) {
    state.kernels->compare(op, a, b, out.data + at, count, aScalar, bScalar);
  });
  return nullptr;
}

/** widen(x, out): bytes as floats. */
napi_value callWiden(napi_env env, napi_callback_info info) {
  Call call(env, info, 2);
  const Span<uint8_t> x = call.bytes(0, 0);
  const Span<float> out = call.floats(1, x.length);
  if (!call.ok) return nullptr;
  share(State::of(env), x.length, 1, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) out.data[i] = x.data[i];
  });
  return nullptr;
}

/** clip(x, out, low, high) */
napi_value callClip(napi_env env, napi_callback_info info) {
  Call call(env, info, 4);
  const Span<float> x = call.floats(0, 0), out = call.floats(1, x.length);
  const float low = static_cast<float>(call.number(2)), high = static_cast<float>(call.number(3));
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  share(state, x.length, 1, [&](int64_t from, int64_t to) { state.kernels->clip(x.data + from, out.data + from, to - from, low, high); });
  return nullptr;
}

/** select(condition, a, b, out): a where the condition's byte is not 0, else b. */
napi_value callSelect(napi_env env, napi_callback_info info) {
  Call call(env, info, 4);
  const Span<uint8_t> condition = call.bytes(0, 0);
  const int64_t count = condition.length;
  const Span<float> a = call.floats(1, count), b = call.floats(2, count), out = call.floats(3, count);
  if (!call.ok) return nullptr;
  share(State::of(env), count, 2, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) out.data[i] = condition.data[i] ? a.data[i] : b.data[i];
  });
  return nullptr;
}

/** unary(op, x, out) */
napi_value callUnary(napi_env env, napi_callback_info info) {
  Call call(env, info, 3);
  const int op = static_cast<int>(call.integer(0, 0, static_cast<int>(Unary::count) - 1));
  const Span<float> x = call.floats(1, 0), out = call.floats(2, x.length);
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  share(state, x.length, 4, [&](int64_t from, int64_t to) { state.kernels->unary(static_cast<Unary>(op), x.data + from, out.data + from, to - from); });
  return nullptr;
}

/** reduce(op, x, out, rows, width, alongRows): over each row of [rows, width], or down each column. */
napi_value callReduce(napi_env env, napi_callback_info info) {
  Call call(env, info, 6);
  const Reduction op = static_cast<Reduction>(call.integer(0, 0, static_cast<int>(Reduction::count) - 1));
  const int64_t rows = call.integer(3, 0, mostElements), width = call.integer(4, 0, mostElements);
  const bool alongRows = call.boolean(5);
  const Span<float> x = call.floats(1, rows * width), out = call.floats(2, alongRows ? rows : width);
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  if (alongRows)
    share(state, rows, width, [&](int64_t from, int64_t to) { state.kernels->reduceRows(op, x.data + from * width, out.data + from, to - from, width); });
  else
    share(state, width, rows, [&](int64_t from, int64_t to) { state.kernels->reduceColumns(op, x.data, out.data, rows, width, from, to); });
  return nullptr;
}

/** softmax(x, out, rows, width) */
napi_value callSoftmax(napi_env env, napi_callback_info info) {
  Call call(env, info, 4);
  const int64_t rows = call.integer(2, 0, mostElements), width = call.integer(3, 0, mostElements);
  const Span<float> x = call.floats(0, rows * width), out = call.floats(1, rows * width);
  if (!call.ok || width == 0) return nullptr;
  State& state = State::of(env);
  share(state, rows, 8 * width, [&](int64_t from, int64_t to) { state.kernels->softmaxRows(x.data + from * width, out.data + from * width, to - from, width); });
  return nullptr;
}

/** rmsNorm(x, weight, out, rows, width, epsilon) */
napi_value callRmsNorm(napi_env env, napi_callback_info info) {
  Call call(env, info, 6);
  const int64_t rows = call.integer(3, 0, mostElements), width = call.integer(4, 0, mostElements);
  const float epsilon = static_cast<float>(call.number(5));
  const Span<float> x = call.floats(0, rows * width), weight = call.floats(1, width), out = call.floats(2, rows * width);
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  share(state, rows, 3 * width, [&](int64_t from, int64_t to) { state.kernels->rmsNormRows(x.data + from * width, weight.data, out.data + from * width, to - from, width, epsilon); });
  return nullptr;
}

/** swiglu(gateUp, out, rows, width): gateUp is [rows, 2 * width]. */
napi_value callSwiglu(napi_env env, napi_callback_info info) {
  Call call(env, info, 4);
  const int64_t rows = call.integer(2, 0, mostElements), width = call.integer(3, 0, mostElements);
  const Span<float> gateUp = call.floats(0, 2 * rows * width), out = call.floats(1, rows * width);
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  share(state, rows, 8 * width, [&](int64_t from, int64_t to) { state.kernels->swigluRows(gateUp.data + from * 2 * width, out.data + from * width, to - from, width); });
  return nullptr;
}

/** rotate(x, out, positions, cosines, sines, heads, half): x is [tokens, heads * 2 * half], the tables [positions, half]. */
napi_value callRotate(napi_env env, napi_callback_info info) {
  Call call(env, info, 7);
  const int64_t heads = call.integer(5, 1, int64_t{1} << 16), half = call.integer(6, 1, int64_t{1} << 16);
  const Span<int32_t> positions = call.integers(2, 0);
  const int64_t width = 2 * heads * half;
  const Span<float> x = call.floats(0, positions.length * width), out = call.floats(1, positions.length * width);
  const Span<float> cosines = call.floats(3, 0), sines = call.floats(4, cosines.length);
  const int64_t known = cosines.length / half;
  for (int64_t i = 0; i < positions.length && call.ok; i++) call.require(positions.data[i] >= 0 && positions.data[i] < known, "a position is beyond the table");
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  share(state, positions.length, 2 * width, [&](int64_t from, int64_t to) {
    for (int64_t t = from; t < to; t++)
      state.kernels->rotateRow(x.data + t * width, out.data + t * width, heads, half, cosines.data + positions.data[t] * half, sines.data + positions.data[t] * half);
  });
  return nullptr;
}

namespace {

/**
 * Rounds tokens: x, out, tokens and group are arguments 0 to 3, ratios by group of a token 6 and 7.
 * @param round (x, out, tokens, groups, group, lows, highs)
 */
template <class F>
void shareTokens(Call& call, int64_t workOfElement, F round) {
  const int64_t tokens = call.integer(2, 0, mostElements), group = call.integer(3, 1, mostElements);
  const Span<float> lows = call.floats(6, 1);
  const int64_t groups = lows.length;
  const Span<float> highs = call.floats(7, groups);
  call.require(static_cast<double>(tokens) * groups * group < 9e15, "too many elements");
  if (!call.ok) return;
  const int64_t width = groups * group;
  const Span<float> x = call.floats(0, tokens * width), out = call.floats(1, tokens * width);
  if (!call.ok) return;
  share(State::of(call.env()), tokens, workOfElement * width,
        [&](int64_t from, int64_t to) { round(x.data + from * width, out.data + from * width, to - from, groups, group, lows.data, highs.data); });
}

}  // namespace

/** roundTokens(x, out, tokens, group, bits, symmetric, lows, highs): to codes and back; lows and highs are ratios by group of a token. */
napi_value callRoundTokens(napi_env env, napi_callback_info info) {
  Call call(env, info, 8);
  const int bits = static_cast<int>(call.integer(4, 2, 8));
  const bool symmetric = call.boolean(5);
  const Kernels* kernels = State::of(env).kernels;
  shareTokens(call, 8, [&](const float* x, float* out, int64_t tokens, int64_t groups, int64_t group, const float* lows, const float* highs) {
    kernels->roundTokens(x, out, tokens, groups, group, bits, symmetric, lows, highs);
  });
  return nullptr;
}

/** roundTokensToFloats(x, out, tokens, group, element, scale, lows, highs): as roundTokens, to a FloatElement under a FloatScale. */
napi_value callRoundTokensToFloats(napi_env env, napi_callback_info info) {
  Call call(env, info, 8);
  const FloatElement element = static_cast<FloatElement>(call.integer(4, 0, 2));
  const FloatScale scale = static_cast<FloatScale>(call.integer(5, 0, 3));
  const Kernels* kernels = State::of(env).kernels;
  shareTokens(call, 16, [&](const float* x, float* out, int64_t tokens, int64_t groups, int64_t group, const float* lows, const float* highs) {
    kernels->roundTokensToFloats(x, out, tokens, groups, group, element, scale, lows, highs);
  });
  return nullptr;
}

/** hadamard(x, out, rows, base, power, signs): each row of [rows, base * power]; signs [base, base] are 1 and -1. */
napi_value callHadamard(napi_env env, napi_callback_info info) {
  Call call(env, info, 6);
  const int64_t rows = call.integer(2, 0, mostElements), base = call.integer(3, 1, 1 << 12), power = call.integer(4, 1, 1 << 24);
  call.require(power > 0 && (power & (power - 1)) == 0, "the power is none of two");
  const int64_t size = base * power;
  call.require(static_cast<double>(rows) * size < 9e15, "too many elements");
  if (!call.ok) return nullptr;
  const Span<int8_t> signs = call.signedBytes(5, base * base);
  const Span<float> x = call.floats(0, rows * size), out = call.floats(1, rows * size);
  if (!call.ok || rows == 0) return nullptr;
  State& state = State::of(env);
  const int64_t step = pieces(rows, 4 * state.pool->threads());
  const std::function<void(int64_t, Scratch&)> task = [&](int64_t i, Scratch& scratch) {
    const int64_t from = i * step, to = from + step < rows ? from + step : rows;
    double* row = reinterpret_cast<double*>(scratch.atLeast(4 * size + 16));
    state.kernels->hadamard(x.data + from * size, out.data + from * size, to - from, base, power, signs.data, row, row + size);
  };
  runTasks(state, pieces(rows, step), rows * size * (base + 16) < worthSharing ? 1 : state.pool->threads(), task);
  return nullptr;
}

/** transpose(x, out, batch, rows, columns): each [rows, columns] of the batch. */
napi_value callTranspose(napi_env env, napi_callback_info info) {
  Call call(env, info, 5);
  const int64_t batch = call.integer(2, 0, mostElements), rows = call.integer(3, 0, mostElements), columns = call.integer(4, 0, mostElements);
  call.require(static_cast<double>(batch) * rows * columns < 9e15, "the matrices are too large");
  if (!call.ok) return nullptr;
  const int64_t size = rows * columns;
  const Span<float> x = call.floats(0, batch * size), out = call.floats(1, batch * size);
  if (!call.ok || batch * size == 0) return nullptr;
  State& state = State::of(env);
  if (batch > 1) {
    share(state, batch, size, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++) state.kernels->transpose(x.data + i * size, out.data + i * size, rows, columns, 0, rows);
    });
    return nullptr;
  }
  share(state, pieces(rows, 16), 16 * columns, [&](int64_t from, int64_t to) {
    state.kernels->transpose(x.data, out.data, rows, columns, 16 * from, 16 * to < rows ? 16 * to : rows);
  });
  return nullptr;
}

/** copyRows(from, fromStart, fromStride, to, toStart, toStride, rows, width): what slicing, splitting and joining come down to. */
napi_value callCopyRows(napi_env env, napi_callback_info info) {
  Call call(env, info, 8);
  const int64_t fromStart = call.integer(1, 0, int64_t{1} << 40), fromStride = call.integer(2, 0, mostElements);
  const int64_t toStart = call.integer(4, 0, int64_t{1} << 40), toStride = call.integer(5, 0, mostElements);
  const int64_t rows = call.integer(6, 0, mostElements), width = call.integer(7, 0, mostElements);
  if (!call.ok || rows == 0 || width == 0) return nullptr;
  call.require(toStride >= width || rows == 1, "rows overlap in what is written");
  const Span<float> from = call.floats(0, fromStart + (rows - 1) * fromStride + width), to = call.floats(3, toStart + (rows - 1) * toStride + width);
  if (!call.ok) return nullptr;
  share(State::of(env), rows, width, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; row++) memmove(to.data + toStart + row * toStride, from.data + fromStart + row * fromStride, width * sizeof(float));
  });
  return nullptr;
}

/** gatherRows(from, indices, to, width): to [indices, width]. */
napi_value callGatherRows(napi_env env, napi_callback_info info) {
  Call call(env, info, 4);
  const int64_t width = call.integer(3, 1, mostElements);
  const Span<float> from = call.floats(0, 0);
  const Span<int32_t> indices = call.integers(1, 0);
  const Span<float> to = call.floats(2, indices.length * width);
  const int64_t rows = from.length / width;
  for (int64_t i = 0; i < indices.length && call.ok; i++) call.require(indices.data[i] >= 0 && indices.data[i] < rows, "an index is beyond the rows");
  if (!call.ok) return nullptr;
  for (int64_t i = 0; i < indices.length; i++) memcpy(to.data + i * width, from.data + indices.data[i] * width, width * sizeof(float));
  return nullptr;
}
