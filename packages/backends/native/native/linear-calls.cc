// Packed weights: made once, filled part by part, multiplied with, freed by hand.
#include <cstring>
#include "calls.h"

namespace {

void* alignedBlock(int64_t bytes) {
  void* block = aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
  if (block) memset(block, 0, bytes);
  return block;
}

PackedLinear* find(Call& call, int index) {
  if (!call.ok) return nullptr;
  State& state = State::of(call.env());
  const auto found = state.linears.find(static_cast<int32_t>(call.integer(index, 0, INT32_MAX)));
  call.require(found != state.linears.end(), "no such packed weight");
  return call.ok ? found->second.get() : nullptr;
}

}  // namespace

/** createLinear(in, out) -> handle of a weight of zeros. */
napi_value callCreateLinear(napi_env env, napi_callback_info info) {
  Call call(env, info, 2);
  const int64_t in = call.integer(0, 1, int64_t{1} << 24), out = call.integer(1, 1, int64_t{1} << 24);
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  auto linear = std::make_unique<PackedLinear>();
  linear->in = linear->depth = in;
  linear->out = out;
  linear->panelColumns = state.kernels->panelColumns;
  linear->panels = pieces(out, linear->panelColumns);
  const int64_t bytes = linear->panels * linear->panelColumns * in * static_cast<int64_t>(sizeof(float));
  linear->floats = static_cast<float*>(alignedBlock(bytes));
  linear->bytes = bytes;
  call.require(linear->floats != nullptr, "no memory for a weight");
  if (!call.ok) return nullptr;
  int64_t held;
  napi_adjust_external_memory(env, bytes, &held);
  const int32_t handle = state.nextLinear++;
  state.linears.emplace(handle, std::move(linear));
  napi_value result;
  napi_create_int32(env, handle, &result);
  return result;
}

/** fillLinear(handle, weight, row0, rows): outputs [row0, row0 + rows) from a weight [rows, in]. */
napi_value callFillLinear(napi_env env, napi_callback_info info) {
  Call call(env, info, 4);
  PackedLinear* linear = find(call, 0);
  if (!linear) return nullptr;
  const int64_t row0 = call.integer(2, 0, linear->out), rows = call.integer(3, 0, linear->out);
  call.require(row0 + rows <= linear->out, "more rows than the weight has outputs");
  const Span<float> weight = call.floats(1, rows * linear->in);
  if (!call.ok) return nullptr;
  const int64_t width = linear->panelColumns, depth = linear->depth;
  for (int64_t row = 0; row < rows;) {
    const int64_t at = row0 + row;
    if (at % width == 0 && rows - row >= width) {
      State::of(env).kernels->packPanel(*linear, at / width, weight.data, rows, linear->in, row);
      row += width;
      continue;
    }
    float* lane = linear->floats + at / width * depth * width + at % width;
    for (int64_t k = 0; k < depth; k++) lane[k * width] = weight.data[row * linear->in + k];
    row++;
  }
  return nullptr;
}

/** applyLinear(handle, x, y, rows): y [rows, out] = x [rows, in] W^T. */
napi_value callApplyLinear(napi_env env, napi_callback_info info) {
  Call call(env, info, 4);
  const PackedLinear* linear = find(call, 0);
  if (!linear) return nullptr;
  const int64_t rows = call.integer(3, 0, mostElements);
  const Span<float> x = call.floats(1, rows * linear->in), y = call.floats(2, rows * linear->out);
  if (!call.ok || rows == 0) return nullptr;
  State& state = State::of(env);
  const Kernels& kernels = *state.kernels;
  const int threads = rows * linear->in * linear->out < worthSharing ? 1 : state.pool->threads();
  const int64_t rowBlocks = pieces(rows, kernels.rowBlock);
  int64_t panelStep = threads == 1 ? linear->panels : pieces(linear->panels, 4 * threads);
  if (panelStep < 4) panelStep = 4;
  const int64_t panelBlocks = pieces(linear->panels, panelStep);
  const std::function<void(int64_t, Scratch&)> task = [&](int64_t i, Scratch& scratch) {
    const int64_t row = i / panelBlocks * kernels.rowBlock, panel = i % panelBlocks * panelStep;
    const int64_t rowEnd = row + kernels.rowBlock < rows ? row + kernels.rowBlock : rows;
    const int64_t panelEnd = panel + panelStep < linear->panels ? panel + panelStep : linear->panels;
    kernels.linear(*linear, x.data, y.data, row, rowEnd, linear->out, panel, panelEnd, scratch.atLeast(scratchFloats));
  };
  runTasks(state, rowBlocks * panelBlocks, threads, task);
  return nullptr;
}

/** disposeLinear(handle) */
napi_value callDisposeLinear(napi_env env, napi_callback_info info) {
  Call call(env, info, 1);
  const PackedLinear* linear = find(call, 0);
  if (!linear) return nullptr;
  int64_t held;
  napi_adjust_external_memory(env, -linear->bytes, &held);
  State::of(env).linears.erase(static_cast<int32_t>(call.integer(0, 0, INT32_MAX)));
  return nullptr;
}
