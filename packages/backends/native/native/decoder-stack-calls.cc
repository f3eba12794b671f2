// A decoder's layers: put together stage by stage, run in one call, freed by hand.
#include <cstring>
#include "apply-linear.h"
#include "run-stack.h"

namespace {

std::vector<float> copied(Span<float> values) { return std::vector<float>(values.data, values.data + values.length); }

DecoderStack* findStack(Call& call, int index) {
  if (!call.ok) return nullptr;
  State& state = State::of(call.env());
  const auto found = state.stacks.find(static_cast<int32_t>(call.integer(index, 0, INT32_MAX)));
  call.require(found != state.stacks.end(), "there is no such stack");
  return call.ok ? found->second.get() : nullptr;
}

StackLayer* findLayer(Call& call) {
  DecoderStack* stack = findStack(call, 0);
  if (!stack) return nullptr;
  const int64_t layer = call.integer(1, 0, static_cast<int64_t>(stack->layers.size()) - 1);
  return call.ok ? &stack->layers[layer] : nullptr;
}

/** Refuses a stage whose weights are gone or do not fit. @return its outputs, -1 where refused */
int64_t checkStage(Call& call, const StackStage& stage, int64_t in) {
  const State& state = State::of(call.env());
  const auto found = state.linears.find(stage.linear);
  call.require(found != state.linears.end(), "a weight of the stack is gone, or was never set");
  if (!call.ok) return -1;
  const PackedLinear& linear = *found->second;
  call.require(linear.in == in, "a weight of the stack does not read what comes before it");
  call.require(stage.bias.empty() || static_cast<int64_t>(stage.bias.size()) == linear.out, "a bias does not fit its weight");
  call.require(stage.bits == 0 || stage.group * static_cast<int64_t>(stage.lows.size()) == in, "groups of an input do not cover it");
  return call.ok ? linear.out : -1;
}

void checkLayer(Call& call, const DecoderStack& stack, const StackLayer& layer) {
  const auto is = [](const std::vector<float>& norm, int64_t width) { return static_cast<int64_t>(norm.size()) == width; };
  call.require(is(layer.inputNorm, stack.hidden) && is(layer.postAttentionNorm, stack.hidden), "a norm of the stack was not set");
  call.require((layer.queryNorm.empty() || is(layer.queryNorm, stack.headDim)) && (layer.keyNorm.empty() || is(layer.keyNorm, stack.headDim)),
               "a norm of heads does not fit them");
  if (!call.ok) return;
  const int64_t queries = stack.heads * stack.headDim;
  const int64_t qkv = checkStage(call, layer.stages[0], stack.hidden);
  const int64_t o = checkStage(call, layer.stages[1], queries);
  const int64_t gateUp = checkStage(call, layer.stages[2], stack.hidden);
  if (!call.ok) return;
  call.require(qkv == queries + 2 * stack.kvHeads * stack.headDim && o == stack.hidden && gateUp % 2 == 0, "a weight of the stack has other outputs");
  if (!call.ok) return;
  const int64_t down = checkStage(call, layer.stages[3], gateUp / 2);
  call.require(down == stack.hidden, "a weight of the stack has other outputs");
  const int64_t keys = stack.kvHeads * stack.headDim, widths[] = {stack.hidden, queries, stack.hidden, gateUp / 2, queries, keys, keys};
  for (int64_t place = 0; place < mapPlaces; place++)
    call.require(!layer.maps[place] || widths[place] % layer.maps[place]->size == 0, "a map does not divide what it acts on");
}

}  // namespace

/** createStack(layers, hidden, heads, kvHeads, headDim, epsilon) -> handle of layers that are still to be set. */
napi_value callCreateStack(napi_env env, napi_callback_info info) {
  Call call(env, info, 6);
  auto stack = std::make_unique<DecoderStack>();
  const int64_t layers = call.integer(0, 1, 1 << 16);
  stack->hidden = call.integer(1, 1, 1 << 24);
  stack->heads = call.integer(2, 1, 1 << 16);
  stack->kvHeads = call.integer(3, 1, 1 << 16);
  stack->headDim = call.integer(4, 2, 1024);
  stack->epsilon = static_cast<float>(call.number(5));
  call.require(stack->heads % stack->kvHeads == 0, "heads are not a multiple of kv heads");
  call.require(stack->headDim % 2 == 0, "a head has an odd number of channels");
  if (!call.ok) return nullptr;
  stack->layers.resize(layers);
  State& state = State::of(env);
  const int32_t handle = state.nextStack++;
  state.stacks.emplace(handle, std::move(stack));
  napi_value result;
  napi_create_int32(env, handle, &result);
  return result;
}

/** setStackNorms(handle, layer, inputNorm, postAttentionNorm, queryNorm, keyNorm): the last two are empty where there are none. */
napi_value callSetStackNorms(napi_env env, napi_callback_info info) {
  Call call(env, info, 6);
  StackLayer* layer = findLayer(call);
  if (!layer) return nullptr;
  const Span<float> input = call.floats(2, 0), after = call.floats(3, 0), query = call.floats(4, 0), key = call.floats(5, 0);
  if (!call.ok) return nullptr;
  layer->inputNorm = copied(input);
  layer->postAttentionNorm = copied(after);
  layer->queryNorm = copied(query);
  layer->keyNorm = copied(key);
  return nullptr;
}

/**
 * setStackStage(handle, layer, stage, linear, bias, bits, symmetric, group, lows, highs, element, scale): bits 0 where the input stays in
 * float; element -1 where codes are integers, else as roundTokensToFloats takes it.
 */
napi_value callSetStackStage(napi_env env, napi_callback_info info) {
  Call call(env, info, 12);
  StackLayer* layer = findLayer(call);
  if (!layer || !findLinear(call, 3)) return nullptr;
  StackStage stage;
  const int64_t which = call.integer(2, 0, 3);
  stage.linear = static_cast<int32_t>(call.integer(3, 0, INT32_MAX));
  const Span<float> bias = call.floats(4, 0);
  stage.bits = static_cast<int>(call.integer(5, 0, 8));
  call.require(stage.bits != 1, "one bit is not served");
  stage.symmetric = call.boolean(6);
  stage.group = call.integer(7, 0, mostElements);
  const Span<float> lows = call.floats(8, 0), highs = call.floats(9, lows.length);
  const int64_t element = call.integer(10, -1, 2), scale = call.integer(11, 0, 3);
  if (element >= 0) {
    stage.toFloats = true;
    stage.element = static_cast<FloatElement>(element);
    stage.scale = static_cast<FloatScale>(scale);
  }
  call.require(lows.length < (1 << 24), "too many groups");
  if (!call.ok) return nullptr;
  stage.bias = copied(bias);
  stage.lows = copied(lows);
  stage.highs = copied(highs);
  layer->stages[which] = std::move(stage);
  return nullptr;
}

/** setStackMap(handle, layer, place, structure, values): places as StackLayer has them, the map as readMap does. */
napi_value callSetStackMap(napi_env env, napi_callback_info info) {
  Call call(env, info, 5);
  StackLayer* layer = findLayer(call);
  if (!layer) return nullptr;
  const int64_t place = call.integer(2, 0, mapPlaces - 1);
  const Span<int32_t> structure = call.integers(3, 1);
  const Span<float> values = call.floats(4, 0);
  if (auto map = readMap(call, structure, values)) layer->maps[place] = std::move(map);
  return nullptr;
}

/**
 * runStack(handle, hidden, positions, cosines, sines, memory, pages, rows, formats): hidden [tokens, hidden] becomes what the last
 * layer leaves. rows: the rows of the first layer, then those of the next, as attention() takes them; formats: of the keys and of the
 * values of each layer, and whether keys are rotated as they are read.
 */
napi_value callRunStack(napi_env env, napi_callback_info info) {
  Call call(env, info, 9);
  const DecoderStack* stack = findStack(call, 0);
  if (!stack) return nullptr;
  constexpr int64_t formatIntegers = 2 * partIntegers + 1;
  const int64_t layers = static_cast<int64_t>(stack->layers.size()), half = stack->headDim / 2;
  const Span<int32_t> positions = call.integers(2, 0);
  const Span<float> hidden = call.floats(1, positions.length * stack->hidden);
  const Span<float> cosines = call.floats(3, 0), sines = call.floats(4, cosines.length);
  const Span<uint8_t> memory = call.bytes(5, 0);
  const Span<int32_t> pages = call.integers(6, 0), described = call.integers(7, 0), formats = call.integers(8, layers * formatIntegers);
  const int64_t known = cosines.length / half;
  for (int64_t i = 0; i < positions.length && call.ok; i++) call.require(positions.data[i] >= 0 && positions.data[i] < known, "a position is beyond the table");
  call.require(described.length % (rowIntegers * layers) == 0, "the rows are not those of all layers");
  for (const StackLayer& layer : stack->layers)
    if (call.ok) checkLayer(call, *stack, layer);
  if (!call.ok) return nullptr;
  const int64_t count = described.length / rowIntegers / layers;
  std::vector<StackCache> caches(layers);
  for (int64_t layer = 0; layer < layers; layer++) {
    CacheLayout& layout = caches[layer].layout;
    layout.kvHeads = stack->kvHeads;
    layout.headDim = stack->headDim;
    const int32_t* parts = formats.data + layer * formatIntegers;
    if (!readLayout(call, parts, parts + partIntegers, memory, layout)) return nullptr;
    std::vector<CachedRow>& rows = caches[layer].rows;
    if (!readCacheRows(call, layout, memory, pages, described.data + rowIntegers * layer * count, count, rows)) return nullptr;
    int64_t tokens = 0;
    for (const CachedRow& row : rows) tokens += row.count;
    call.require(tokens == positions.length && (rows.empty() || rows.back().token + rows.back().count == tokens), "rows have other tokens than the batch");
    if (parts[2 * partIntegers] != 0 && !rotateOnRead(call, layout, cosines, sines, rows)) return nullptr;
    call.require(call.ok && reserveScores(State::of(env), layout, stack->heads, rows), "no memory for the scores of so many tokens");
    if (!call.ok) return nullptr;
  }
  if (positions.length > 0) runStack(State::of(env), *stack, {positions.length, positions.data, cosines.data, sines.data, memory.data}, caches, hidden.data);
  return nullptr;
}

/** disposeStack(handle) */
napi_value callDisposeStack(napi_env env, napi_callback_info info) {
  Call call(env, info, 1);
  if (!findStack(call, 0)) return nullptr;
  State::of(env).stacks.erase(static_cast<int32_t>(call.integer(0, 0, INT32_MAX)));
  return nullptr;
}
