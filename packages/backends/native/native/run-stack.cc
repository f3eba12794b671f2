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

/** normed = the norm of hidden, to which what the half before gives is added first, if any. */
RowMaker normalized(State& state, const DecoderStack& stack, const std::vector<float>& weight, const float* added, float* hidden, float* normed) {
  const int64_t width = stack.hidden;
  const float epsilon = stack.epsilon;
  const auto make = [&state, &weight, width, epsilon, added, hidden, normed](int64_t from, int64_t to, Scratch&) {
    const int64_t at = from * width, count = (to - from) * width;
    if (added) state.kernels->binary(Binary::add, hidden + at, added + at, hidden + at, count, false, false);
    state.kernels->rmsNormRows(hidden + at, weight.data(), normed + at, to - from, width, epsilon);
  };
  return {make, (added ? 4 : 3) * width};
}

/** mapped = x M, rows of `width`, once those were made. */
RowMaker mappedRows(State& state, const RowMap& map, const RowMaker& maker, const float* x, int64_t width, float* mapped) {
  const int64_t count = width / map.size;
  const auto make = [&state, &map, &maker, x, width, count, mapped](int64_t from, int64_t to, Scratch& scratch) {
    maker(from, to, scratch);
    const int64_t rows = (to - from) * count;
    map.apply(*state.kernels, x + from * width, mapped + from * width, rows, scratch.atLeast(map.room(rows)));
  };
  return {make, count * map.work() + maker.work};
}

/** x = x M, where there is a map. @param floats of x */
void mapInPlace(State& state, const RowMap* map, float* x, int64_t floats) {
  if (!map) return;
  share(state, floats / map->size, map->work(), [&](int64_t from, int64_t to, Scratch& scratch) {
    const int64_t size = (to - from) * map->size, room = map->room(to - from);
    float* memory = scratch.atLeast(room + size);
    float* copy = memory + room;
    memcpy(copy, x + from * map->size, size * sizeof(float));
    map->apply(*state.kernels, copy, x + from * map->size, to - from, memory);
  });
}

/** y [tokens, out] of an input as it is. @param rounded room for the input, [tokens, in] */
void applyPlain(State& state, const StackStage& stage, const RowMaker& maker, const float* x, float* y, int64_t tokens, float* rounded) {
  PackedLinear& linear = *state.linears.at(stage.linear);
  if (stage.bits == 0) {
    applyLinear(state, linear, x, y, tokens, 0, maker);
  } else if (!stage.toFloats && plansRounded(linear, stage.group)) {
    applyRounded(state, linear, x, y, tokens, {stage.bits, stage.symmetric, stage.group, stage.lows.data(), stage.highs.data()}, maker);
  } else {
    const auto round = [&](int64_t from, int64_t to, Scratch& scratch) {
      maker(from, to, scratch);
      const float* in = x + from * linear.in;
      float* out = rounded + from * linear.in;
      const int64_t groups = static_cast<int64_t>(stage.lows.size());
      if (stage.toFloats)
        state.kernels->roundTokensToFloats(in, out, to - from, groups, stage.group, stage.element, stage.scale, stage.lows.data(), stage.highs.data());
      else
        state.kernels->roundTokens(in, out, to - from, groups, stage.group, stage.bits, stage.symmetric, stage.lows.data(), stage.highs.data());
    };
    applyLinear(state, linear, rounded, y, tokens, 0, {round, 16 * linear.in + maker.work});
  }
  if (!stage.bias.empty()) add(state, y, stage.bias.data(), y, tokens, linear.out, 0);
}

/** Room for the inputs of a stage between the steps to its product, [tokens, in] each. */
struct InputRooms {
  float* mapped;
  float* rounded;
};

/** y [tokens, out] of stage `which`. */
void apply(State& state, const StackLayer& layer, int64_t which, const RowMaker& maker, const float* x, float* y, int64_t tokens, const InputRooms& rooms) {
  const StackStage& stage = layer.stages[which];
  const RowMap* map = layer.maps[which].get();
  if (!map) return applyPlain(state, stage, maker, x, y, tokens, rooms.rounded);
  const int64_t in = state.linears.at(stage.linear)->in;
  applyPlain(state, stage, mappedRows(state, *map, maker, x, in, rooms.mapped), rooms.mapped, y, tokens, rooms.rounded);
}

/** Queries or keys of a token: normed where the model norms them, and rotated, if not when they are read. */
void turn(State& state, const DecoderStack& stack, const StackPlace& place, int64_t token, const float* x, int64_t heads, const std::vector<float>& norm, bool rotates, float* out) {
  const int64_t half = stack.headDim / 2, at = place.positions[token] * half;
  if (!norm.empty()) {
    state.kernels->rmsNormRows(x, norm.data(), out, heads, stack.headDim, stack.epsilon);
    x = out;
  }
  if (rotates)
    state.kernels->rotateRow(x, out, heads, half, place.cosines + at, place.sines + at);
  else if (x != out)
    memcpy(out, x, heads * stack.headDim * sizeof(float));
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
  int64_t widest = queries > inner ? queries : inner;
  if (stack.hidden > widest) widest = stack.hidden;
  Buffers buffers(state.arena, tokens, 2 * stack.hidden + qkv + queries + 2 * keys + queries + 3 * inner + 2 * widest);
  float* normed = buffers.take(stack.hidden);
  float* added = buffers.take(stack.hidden);
  float* projected = buffers.take(qkv);
  float* query = buffers.take(queries);
  float* key = buffers.take(keys);
  float* value = buffers.take(keys);
  float* attended = buffers.take(queries);
  float* gateUp = buffers.take(2 * inner);
  float* gated = buffers.take(inner);
  const InputRooms rooms = {buffers.take(widest), buffers.take(widest)};

  for (size_t index = 0; index < stack.layers.size(); index++) {
    const StackLayer& layer = stack.layers[index];
    const StackCache& cache = caches[index];
    // attention
    apply(state, layer, 0, normalized(state, stack, layer.inputNorm, index > 0 ? added : nullptr, hidden, normed), normed, projected, tokens, rooms);
    share(state, tokens, 4 * qkv, [&](int64_t from, int64_t to) {
      for (int64_t t = from; t < to; t++) {
        const float* row = projected + t * qkv;
        turn(state, stack, place, t, row, stack.heads, layer.queryNorm, true, query + t * queries);
        turn(state, stack, place, t, row + queries, stack.kvHeads, layer.keyNorm, !cache.layout.cosines, key + t * keys);
        memcpy(value + t * keys, row + queries + keys, keys * sizeof(float));
      }
    });
    mapInPlace(state, layer.maps[queryMap].get(), query, tokens * queries);
    mapInPlace(state, layer.maps[keyMap].get(), key, tokens * keys);
    mapInPlace(state, layer.maps[valueMap].get(), value, tokens * keys);
    storeTokens(state, StoreJob{cache.layout, key, value, place.memory}, cache.rows);
    attendRows(state, AttentionJob{cache.layout, query, attended, place.memory, stack.heads}, cache.rows);
    apply(state, layer, 1, {}, attended, added, tokens, rooms);
    // feed-forward
    apply(state, layer, 2, normalized(state, stack, layer.postAttentionNorm, added, hidden, normed), normed, gateUp, tokens, rooms);
    const int64_t width = state.linears.at(layer.stages[3].linear)->in;
    const auto gate = [&](int64_t from, int64_t to, Scratch&) { state.kernels->swigluRows(gateUp + from * 2 * width, gated + from * width, to - from, width); };
    apply(state, layer, 3, {gate, 8 * width}, gated, added, tokens, rooms);
  }
  if (!stack.layers.empty()) add(state, hidden, added, hidden, tokens, stack.hidden, stack.hidden);
}
