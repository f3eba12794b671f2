// The way through the layers of a decoder. Each step is the kernel that the call of the same name runs, on the same numbers, so
// that a stack gives what its operations give one by one.
#include "run-stack.h"
#include <cstring>
#include "apply-linear.h"

namespace {

/** Room for the tokens of a batch between two steps. */
class Buffers {
 public:
  Buffers(Scratch& memory, int64_t tokens, int64_t floatsOfToken) : next_(memory.atLeast(tokens * floatsOfToken)), tokens_(tokens) {}
  float* take(int64_t width) {
    float* taken = next_;
    next_ += tokens_ * width;
    return taken;
  }

 private:
  float* next_;
  int64_t tokens_;
};

void add(State& state, const float* a, const float* b, float* out, int64_t rows, int64_t width, int64_t bStride) {
  share(state, rows, width, [&](int64_t from, int64_t to) {
    for (int64_t row = from; row < to; row++)
      state.kernels->binary(Binary::add, a + row * width, b + row * bStride, out + row * width, width, false, false);
  });
}

void normalize(State& state, const float* x, const std::vector<float>& weight, float* out, int64_t rows, float epsilon) {
  const int64_t width = static_cast<int64_t>(weight.size());
  share(state, rows, 3 * width, [&](int64_t from, int64_t to) {
    state.kernels->rmsNormRows(x + from * width, weight.data(), out + from * width, to - from, width, epsilon);
  });
}

/** y [tokens, out]. @param rounded room for the input, [tokens, in] */
void apply(State& state, const StackStage& stage, const float* x, float* y, int64_t tokens, float* rounded) {
  PackedLinear& linear = *state.linears.at(stage.linear);
  if (stage.bits > 0 && plansRounded(linear, stage.group)) {
    applyRounded(state, linear, x, y, tokens, {stage.bits, stage.symmetric, stage.group, stage.lows.data(), stage.highs.data()});
  } else {
    if (stage.bits > 0) {
      share(state, tokens, 8 * linear.in, [&](int64_t from, int64_t to) {
        state.kernels->roundTokens(x + from * linear.in, rounded + from * linear.in, to - from, static_cast<int64_t>(stage.lows.size()), stage.group,
                                   stage.bits, stage.symmetric, stage.lows.data(), stage.highs.data());
      });
      x = rounded;
    }
    applyLinear(state, linear, x, y, tokens);
  }
  if (!stage.bias.empty()) add(state, y, stage.bias.data(), y, tokens, linear.out, 0);
}

/** Queries or keys of some heads: normed where the model norms them, and rotated. @param out [tokens, heads * headDim] */
void turn(State& state, const DecoderStack& stack, const StackPlace& place, const float* x, int64_t xStride, int64_t heads, const std::vector<float>& norm, float* out) {
  const int64_t width = heads * stack.headDim, half = stack.headDim / 2;
  share(state, place.tokens, 4 * width, [&](int64_t from, int64_t to) {
    for (int64_t t = from; t < to; t++) {
      const float* source = x + t * xStride;
      float* row = out + t * width;
      const int64_t at = place.positions[t] * half;
      if (!norm.empty()) {
        state.kernels->rmsNormRows(source, norm.data(), row, heads, stack.headDim, stack.epsilon);
        source = row;
      }
      state.kernels->rotateRow(source, row, heads, half, place.cosines + at, place.sines + at);
    }
  });
}

}  // namespace

void runStack(State& state, const DecoderStack& stack, const StackPlace& place, const std::vector<StackCache>& caches, float* hidden) {
  const int64_t tokens = place.tokens, queries = stack.heads * stack.headDim, keys = stack.kvHeads * stack.headDim;
  const int64_t qkv = queries + 2 * keys;
  int64_t inner = 0;
  for (const StackLayer& layer : stack.layers) {
    const int64_t width = state.linears.at(layer.stages[3].linear)->in;
    if (width > inner) inner = width;
  }
  const int64_t widest = queries > inner ? queries : inner;
  Buffers buffers(state.arena, tokens, 2 * stack.hidden + qkv + queries + 2 * keys + queries + 3 * inner + (widest > stack.hidden ? widest : stack.hidden));
  float* normed = buffers.take(stack.hidden);
  float* added = buffers.take(stack.hidden);
  float* projected = buffers.take(qkv);
  float* query = buffers.take(queries);
  float* key = buffers.take(keys);
  float* value = buffers.take(keys);
  float* attended = buffers.take(queries);
  float* gateUp = buffers.take(2 * inner);
  float* gated = buffers.take(inner);
  float* rounded = buffers.take(widest > stack.hidden ? widest : stack.hidden);

  for (size_t index = 0; index < stack.layers.size(); index++) {
    const StackLayer& layer = stack.layers[index];
    const StackCache& cache = caches[index];
    // attention
    normalize(state, hidden, layer.inputNorm, normed, tokens, stack.epsilon);
    apply(state, layer.stages[0], normed, projected, tokens, rounded);
    turn(state, stack, place, projected, qkv, stack.heads, layer.queryNorm, query);
    turn(state, stack, place, projected + queries, qkv, stack.kvHeads, layer.keyNorm, key);
    for (int64_t t = 0; t < tokens; t++) memcpy(value + t * keys, projected + t * qkv + queries + keys, keys * sizeof(float));
    storeTokens(state, StoreJob{cache.layout, key, value, place.memory}, cache.rows);
    attendRows(state, AttentionJob{cache.layout, query, attended, place.memory, stack.heads}, cache.rows);
    apply(state, layer.stages[1], attended, added, tokens, rounded);
    add(state, hidden, added, hidden, tokens, stack.hidden, stack.hidden);
    // feed-forward
    const int64_t width = state.linears.at(layer.stages[3].linear)->in;
    normalize(state, hidden, layer.postAttentionNorm, normed, tokens, stack.epsilon);
    apply(state, layer.stages[2], normed, gateUp, tokens, rounded);
    share(state, tokens, 8 * width, [&](int64_t from, int64_t to) {
      state.kernels->swigluRows(gateUp + from * 2 * width, gated + from * width, to - from, width);
    });
    apply(state, layer.stages[3], gated, added, tokens, rounded);
    add(state, hidden, added, hidden, tokens, stack.hidden, stack.hidden);
  }
}
