// Products of packed weights with activations rounded to integers: where the groups of both meet, and the work in tasks.
#include <cstring>
#include <utility>
#include "apply-linear.h"
#include "calls.h"

namespace {

constexpr int64_t blockInputs = 32;

/** Blocks of a segment at most: 512 inputs, so that sums of 255 * 128 of each are floats without rounding. */
constexpr int64_t mostBlocks = 16;

/** Bytes of rounded inputs that a thread keeps near while it goes over panels. */
constexpr int64_t nearBytes = 1 << 19;

/** Bytes of rounded inputs that are made at once. */
constexpr int64_t mostBytes = 1 << 25;

/** The activations' group of a block, `otherwise` where it is padding alone, -1 where it has several. */
int64_t groupOfBlock(const PackedLinear& linear, int64_t block, int64_t group, int64_t otherwise) {
  int64_t found = -1;
  for (int64_t k = block * blockInputs; k < (block + 1) * blockInputs; k++) {
    const int64_t at = linear.order ? linear.order[k] : k;
    if (at < 0) continue;
    if (found >= 0 && at / group != found) return -1;
    found = at / group;
  }
  return found >= 0 ? found : otherwise;
}

/** Lays the plan; not served where a block has several groups of the activations. */
void planSegments(const PackedLinear& linear, RoundedPlan& plan) {
  const int64_t blocksOfGroup = linear.groupDepth / blockInputs;
  int64_t inputs = 0;
  for (int64_t block = 0; block < linear.depth / blockInputs; block++) {
    const int64_t group = block / blocksOfGroup;
    inputs = groupOfBlock(linear, block, plan.group, inputs);
    if (inputs < 0) return;
    RoundedSegment* last = plan.segments.empty() ? nullptr : &plan.segments.back();
    if (last && last->group == group && last->inputs == inputs && last->blocks < mostBlocks) {
      last->blocks++;
      continue;
    }
    if (last) last->last = last->inputs != inputs;
    plan.segments.push_back({block, 1, group, inputs, true});
  }
  for (const RoundedSegment& segment : plan.segments) plan.runs += segment.last;
  plan.served = true;
}

}  // namespace

bool plansRounded(PackedLinear& linear, int64_t group) {
  if (!linear.words || linear.ownLevels) return false;
  if (!linear.plan || linear.plan->group != group) {
    linear.plan = std::make_unique<RoundedPlan>();
    linear.plan->group = group;
    planSegments(linear, *linear.plan);
  }
  return linear.plan->served;
}

void applyRounded(State& state, const PackedLinear& linear, const float* x, float* y, int64_t rows, const ActivationRounding& rounding, const RowMaker& maker) {
  if (rows == 0) return;
  const Kernels& kernels = *state.kernels;
  const RoundedPlan& plan = *linear.plan;
  const bool offset = roundingHasOffset(rounding);
  const int64_t rowWords = kernels.roundedWords(linear, plan), height = pieces(rows, pieces(rows, kernels.roundedRows));
  const int64_t scratchSize = kernels.roundedScratch(linear, plan);
  const auto tilesWithin = [&](int64_t bytes) { return (bytes / (4 * rowWords) + height) / height * height; };
  const int64_t chunk = tilesWithin(mostBytes), rowBlock = tilesWithin(nearBytes);
  for (int64_t row0 = 0; row0 < rows; row0 += chunk) {
    const int64_t count = rows - row0 < chunk ? rows - row0 : chunk;
    int32_t* tiles = reinterpret_cast<int32_t*>(state.inputs.atLeast(count * rowWords));
    const std::function<void(int64_t, Scratch&)> round = [&](int64_t i, Scratch& scratch) {
      const int64_t row = i * height, some = count - row < height ? count - row : height;
      maker(row0 + row, row0 + row + some, scratch);
      kernels.roundInputs(linear, plan, rounding, x + (row0 + row) * linear.in, some, tiles + row * rowWords, scratch.atLeast(scratchSize));
    };
    const int64_t all = state.pool->threads();
    runTasks(state, pieces(count, height), count * (8 * linear.in + maker.work) < worthSharing ? 1 : static_cast<int>(all), round);

    const int threads = count * linear.in * linear.out < worthSharing ? 1 : static_cast<int>(all);
    sharePanels(state, threads, count, rowBlock, linear.panels, 2, [&](int64_t row, int64_t rowEnd, int64_t panel, int64_t panelEnd, Scratch& scratch) {
      float* memory = scratch.atLeast(scratchSize);
      kernels.linearRounded(linear, plan, offset, tiles + row * rowWords, height, y + (row0 + row) * linear.out, rowEnd - row, panel, panelEnd, memory);
    });
  }
}

/** plansRounded(handle, group): whether applyRounded serves this weight and activations rounded by groups of so many channels. */
napi_value callPlansRounded(napi_env env, napi_callback_info info) {
  Call call(env, info, 2);
  PackedLinear* linear = findLinear(call, 0);
  if (!linear) return nullptr;
  const int64_t group = call.integer(1, 1, linear->in);
  call.require(linear->in % group == 0, "groups of activations do not divide the inputs");
  if (!call.ok) return nullptr;
  napi_value result;
  napi_get_boolean(env, plansRounded(*linear, group), &result);
  return result;
}

/** applyRounded(handle, x, y, rows, group, bits, symmetric, lows, highs): y [rows, out] = x^ [rows, in] W^T; lows and highs [in / group]. */
napi_value callApplyRounded(napi_env env, napi_callback_info info) {
  Call call(env, info, 9);
  PackedLinear* linear = findLinear(call, 0);
  if (!linear) return nullptr;
  const int64_t rows = call.integer(3, 0, mostElements), group = call.integer(4, 1, linear->in);
  const Span<float> x = call.floats(1, rows * linear->in), y = call.floats(2, rows * linear->out);
  ActivationRounding rounding = {static_cast<int>(call.integer(5, 2, 8)), call.boolean(6), group, nullptr, nullptr};
  rounding.lows = call.floats(7, linear->in / group).data;
  rounding.highs = call.floats(8, linear->in / group).data;
  call.require(linear->in % group == 0, "groups of activations do not divide the inputs");
  call.require(call.ok && plansRounded(*linear, group), "this weight does not multiply activations rounded so");
  if (call.ok) applyRounded(State::of(env), *linear, x.data, y.data, rows, rounding);
  return nullptr;
}

bool multipliesIntegers(const Kernels& kernels) {
  // a whole tile of rows and parts of others, and a part of a panel
  const int64_t rows = kernels.roundedRows + 23, out = kernels.panelColumns + 3;
  uint32_t state = 1;
  const auto random = [&](uint32_t count) { return (state = state * 1664525u + 1013904223u) / 65536 % count; };
  for (const auto& [in, symmetric] : {std::make_pair(int64_t{96}, false), std::make_pair(int64_t{128}, true)}) {
    // values whose scale is 1, so that they are their own codes
    std::vector<float> x(rows * in), sum(rows * out), y(rows * out), scales(out, 1.0f), zeros(out);
    for (int64_t i = 0; i < rows * in; i++) {
      const int64_t at = i % in;
      const float low = symmetric ? -127.0f : -100.0f, high = low + (symmetric ? 254.0f : 255.0f);
      x[i] = at == 0 ? low : at == 1 ? high : low + static_cast<float>(random(255));
    }
    const float ratio = 1;
    const ActivationRounding rounding = {8, symmetric, in, &ratio, &ratio};
    for (const int bits : {2, 3, 4, 8}) {
      std::vector<uint8_t> codes(out * in);
      for (uint8_t& code : codes) code = static_cast<uint8_t>(random(8) == 0 ? (1u << bits) - 1 : random(1u << bits));
      for (float& zero : zeros) zero = static_cast<float>(random(3)) - 1;
      const auto linear = makeCodes(kernels, in, out, bits, 1, in, {}, {}, bits == 4);
      if (!linear || !plansRounded(*linear, in)) return false;
      fillCodes(*linear, codes.data(), scales.data(), zeros.data(), 0, out);
      std::vector<int32_t> tile(kernels.roundedRows * kernels.roundedWords(*linear, *linear->plan));
      Scratch memory;
      float* scratch = memory.atLeast(kernels.roundedScratch(*linear, *linear->plan));
      for (int64_t row = 0; row < rows; row += kernels.roundedRows) {
        const int64_t some = rows - row < kernels.roundedRows ? rows - row : kernels.roundedRows;
        kernels.roundInputs(*linear, *linear->plan, rounding, x.data() + row * in, some, tile.data(), scratch);
        kernels.linearRounded(*linear, *linear->plan, !symmetric, tile.data(), kernels.roundedRows, y.data() + row * out, some, 0, linear->panels, scratch);
      }
      for (int64_t row = 0; row < rows; row++) {
        for (int64_t o = 0; o < out; o++) {
          float wanted = 0;
          for (int64_t k = 0; k < in; k++) wanted += x[row * in + k] * (static_cast<float>(codes[o * in + k]) - static_cast<float>(1 << (bits - 1)) - zeros[o]);
          if (y[row * out + o] != wanted) return false;
        }
      }
    }
  }
  return true;
}
