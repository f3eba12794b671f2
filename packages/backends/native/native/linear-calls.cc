// Packed weights: made once, filled part by part, multiplied with, freed by hand.
#include <cstring>
#include "apply-linear.h"
#include "bfloat16.h"
#include "calls.h"

namespace {

/** Floats of inputs that are arranged at once. */
constexpr int64_t mostFloats = 1 << 23;

void* zeroedBlock(int64_t bytes) {
  void* block = allocateBlock(bytes);
  if (block) memset(block, 0, bytes);
  return block;
}

/** A weight of zeros that is no codes, in bfloat16 where `pairs`; null where there is no memory. */
std::unique_ptr<PackedLinear> makeLinear(const Kernels& kernels, int64_t in, int64_t out, bool pairs) {
  auto linear = std::make_unique<PackedLinear>();
  linear->in = in;
  linear->out = out;
  linear->bits = pairs ? 16 : 32;
  linear->depth = pairs ? pieces(in, 32) * 32 : in;
  linear->panelColumns = kernels.panelColumns;
  linear->panels = pieces(out, linear->panelColumns);
  linear->bytes = linear->panels * linear->panelColumns * linear->depth * linear->bits / 8;
  void* block = zeroedBlock(linear->bytes);
  if (!block) return nullptr;
  if (pairs)
    linear->pairs = static_cast<uint32_t*>(block);
  else
    linear->floats = static_cast<float*>(block);
  return linear;
}

/** Keeps a weight and hands its number out. */
napi_value keep(Call& call, std::unique_ptr<PackedLinear> linear) {
  State& state = State::of(call.env());
  int64_t held;
  napi_adjust_external_memory(call.env(), linear->bytes, &held);
  const int32_t handle = state.nextLinear++;
  state.linears.emplace(handle, std::move(linear));
  napi_value result;
  napi_create_int32(call.env(), handle, &result);
  return result;
}

}  // namespace

PackedLinear* findLinear(Call& call, int index) {
  if (!call.ok) return nullptr;
  State& state = State::of(call.env());
  const auto found = state.linears.find(static_cast<int32_t>(call.integer(index, 0, INT32_MAX)));
  call.require(found != state.linears.end(), "no such packed weight");
  return call.ok ? found->second.get() : nullptr;
}

/** createLinear(in, out) -> handle of a weight of zeros. */
napi_value callCreateLinear(napi_env env, napi_callback_info info) {
  Call call(env, info, 2);
  const int64_t in = call.integer(0, 1, int64_t{1} << 24), out = call.integer(1, 1, int64_t{1} << 24);
  if (!call.ok) return nullptr;
  const State& state = State::of(env);
  auto linear = makeLinear(*state.kernels, in, out, state.pairs);
  call.require(linear != nullptr, "no memory for a weight");
  return call.ok ? keep(call, std::move(linear)) : nullptr;
}

std::unique_ptr<PackedLinear> makeCodes(const Kernels& kernels, int64_t in, int64_t out, int bits, int64_t groups, int64_t groupDepth, Span<int32_t> order, Span<float> levels, bool byteZeros) {
  auto linear = std::make_unique<PackedLinear>();
  linear->in = in;
  linear->out = out;
  linear->bits = bits;
  linear->depth = groups * groupDepth;
  linear->groups = groups;
  linear->groupDepth = groupDepth;
  linear->panelColumns = kernels.panelColumns;
  linear->panels = pieces(out, linear->panelColumns);
  const int64_t outputs = linear->panels * linear->panelColumns;
  const int64_t codeBytes = outputs * linear->depth / 8 * bits, gridBytes = outputs * groups * 4;
  linear->words = static_cast<uint32_t*>(zeroedBlock(codeBytes));
  linear->scales = static_cast<float*>(zeroedBlock(gridBytes));
  const int64_t zeroBytes = byteZeros ? outputs * groups : gridBytes;
  if (byteZeros)
    linear->byteZeros = static_cast<int8_t*>(zeroedBlock(zeroBytes));
  else
    linear->zeros = static_cast<float*>(zeroedBlock(zeroBytes));
  linear->levels = static_cast<float*>(zeroedBlock(64));
  if (order.length > 0) linear->order = static_cast<int32_t*>(zeroedBlock(4 * linear->depth));
  if (!linear->words || !linear->scales || !(linear->zeros || linear->byteZeros) || !linear->levels || (order.length > 0 && !linear->order)) return nullptr;
  if (linear->order) memcpy(linear->order, order.data, 4 * linear->depth);
  linear->ownLevels = levels.length > 0;
  for (int i = 0; i < 16; i++) {
    const int code = i % (1 << (bits < 4 ? bits : 4));
    linear->levels[i] = levels.length > 0 ? levels.data[code] : static_cast<float>(code - (1 << (bits - 1)));
  }
  linear->bytes = codeBytes + gridBytes + zeroBytes + 4 * order.length;
  return linear;
}

void fillCodes(PackedLinear& linear, const uint8_t* codes, const float* scales, const float* zeros, int64_t row0, int64_t rows) {
  const int64_t width = linear.panelColumns, lanes = width / 2, bits = linear.bits, blocks = linear.depth / 32;
  const uint32_t middle = 1u << (bits - 1), mask = (1u << bits) - 1;
  for (int64_t row = 0; row < rows; row++) {
    const int64_t output = row0 + row, panel = output / width, within = output % width;
    const uint8_t* from = codes + row * linear.in;
    for (int64_t k = 0; k < linear.depth; k++) {
      const int64_t at = linear.order ? linear.order[k] : k;
      const uint32_t code = at < 0 ? middle : from[at] & mask;
      uint32_t* lane = linear.words + ((panel * blocks + k / 32) * 2 + within / lanes) * bits * lanes + within % lanes;
      const int64_t offset = k % 32 * bits, word = offset / 32, shift = offset % 32;
      lane[word * lanes] |= code << shift;
      if (shift + bits > 32) lane[(word + 1) * lanes] |= code >> (32 - shift);
    }
    for (int64_t g = 0; g < linear.groups; g++) {
      const int64_t at = (panel * linear.groups + g) * width + within;
      linear.scales[at] = scales[row * linear.groups + g];
      if (linear.byteZeros)
        linear.byteZeros[at] = static_cast<int8_t>(zeros[row * linear.groups + g]);
      else
        linear.zeros[at] = zeros[row * linear.groups + g];
    }
  }
}

/**
 * createCodes(in, out, bits, groups, groupDepth, order, levels, byteZeros) -> handle of a weight of codes. groupDepth counts padded inputs, a
 * multiple of 32; order [groups * groupDepth] says which input stands where, -1 for padding, or is empty where that is plain; levels
 * is empty, or what up to 16 codes stand for; byteZeros: all zeros will be integers from -128 to 127.
 */
napi_value callCreateCodes(napi_env env, napi_callback_info info) {
  Call call(env, info, 8);
  const int64_t in = call.integer(0, 1, int64_t{1} << 24), out = call.integer(1, 1, int64_t{1} << 24);
  const int64_t bits = call.integer(2, 2, 8), groups = call.integer(3, 1, int64_t{1} << 20), groupDepth = call.integer(4, 32, int64_t{1} << 24);
  const Span<int32_t> order = call.integers(5, 0);
  const Span<float> levels = call.floats(6, 0);
  const bool byteZeros = call.boolean(7);
  const int64_t depth = groups * groupDepth;
  call.require(groupDepth % 32 == 0, "a group is not whole blocks of 32 inputs");
  call.require(depth <= int64_t{1} << 26, "too many padded inputs");
  call.require(order.length == 0 ? depth == in : order.length == depth, "the order does not fit the groups");
  call.require(levels.length == 0 || (bits <= 4 && levels.length == int64_t{1} << bits), "levels are for codes of up to 4 bits, one each");
  for (int64_t k = 0; k < order.length && call.ok; k++) call.require(order.data[k] >= -1 && order.data[k] < in, "the order names an input that is not there");
  if (!call.ok) return nullptr;
  auto linear = makeCodes(*State::of(env).kernels, in, out, static_cast<int>(bits), groups, groupDepth, order, levels, byteZeros);
  call.require(linear != nullptr, "no memory for a weight");
  return call.ok ? keep(call, std::move(linear)) : nullptr;
}

/** fillCodes(handle, codes, scales, zeros, row0, rows): unsigned codes [rows, in]; scales and zeros, from the middle code, [rows, groups]. */
napi_value callFillCodes(napi_env env, napi_callback_info info) {
  Call call(env, info, 6);
  PackedLinear* linear = findLinear(call, 0);
  if (!linear) return nullptr;
  const int64_t row0 = call.integer(4, 0, linear->out), rows = call.integer(5, 0, linear->out);
  call.require(linear->words != nullptr, "this weight holds floats");
  call.require(row0 + rows <= linear->out, "more rows than the weight has outputs");
  const Span<uint8_t> codes = call.bytes(1, rows * linear->in);
  const Span<float> scales = call.floats(2, rows * linear->groups), zeros = call.floats(3, rows * linear->groups);
  for (int64_t i = 0; linear->byteZeros && i < rows * linear->groups && call.ok; i++)
    call.require(zeros.data[i] >= -128 && zeros.data[i] <= 127 && zeros.data[i] == __builtin_rintf(zeros.data[i]), "a zero is no integer of one byte");
  if (!call.ok) return nullptr;
  fillCodes(*linear, codes.data, scales.data, zeros.data, row0, rows);
  return nullptr;
}

/** fillLinear(handle, weight, row0, rows): outputs [row0, row0 + rows) from a weight [rows, in]. */
napi_value callFillLinear(napi_env env, napi_callback_info info) {
  Call call(env, info, 4);
  PackedLinear* linear = findLinear(call, 0);
  if (!linear) return nullptr;
  const int64_t row0 = call.integer(2, 0, linear->out), rows = call.integer(3, 0, linear->out);
  call.require(linear->words == nullptr, "this weight holds codes");
  call.require(row0 + rows <= linear->out, "more rows than the weight has outputs");
  const Span<float> weight = call.floats(1, rows * linear->in);
  if (!call.ok) return nullptr;
  const int64_t width = linear->panelColumns, depth = linear->depth;
  for (int64_t row = 0; row < rows;) {
    const int64_t at = row0 + row;
    if (at % width == 0 && rows - row >= width) {
      State::of(env).kernelsOf(*linear).packPanel(*linear, at / width, weight.data, rows, linear->in, row);
      row += width;
      continue;
    }
    const float* from = weight.data + row * linear->in;
    const int64_t panel = at / width, within = at % width;
    if (linear->pairs) {
      uint32_t* lane = linear->pairs + panel * depth / 2 * width + within;
      for (int64_t k = 0; k < linear->in; k += 2, lane += width) *lane = bfloat16Pair(from[k], k + 1 < linear->in ? from[k + 1] : 0.0f);
    } else {
      float* lane = linear->floats + panel * depth * width + within;
      for (int64_t k = 0; k < depth; k++, lane += width) *lane = from[k];
    }
    row++;
  }
  return nullptr;
}

void applyLinear(State& state, const PackedLinear& linear, const float* x, float* y, int64_t rows, int64_t panel0, const RowMaker& maker) {
  if (rows == 0) return;
  const LinearKernels& kernels = state.kernelsOf(linear);
  const int64_t width = kernels.width(linear);
  const int threads = rows * linear.in * linear.out < worthSharing ? 1 : state.pool->threads();
  // tiles of one height, so that the last one is not a small one
  const int64_t height = pieces(rows, pieces(rows, kernels.tileRows));
  const int64_t chunk = (mostFloats / (width + linear.groups) / height + 1) * height;
  const int64_t rowBlock = kernels.nearRows / height * height;
  for (int64_t row0 = 0; row0 < rows; row0 += chunk) {
    const int64_t count = rows - row0 < chunk ? rows - row0 : chunk, tiles = pieces(count, height);
    const int64_t tileFloats = count * width + tiles * LinearInputs::slack;
    float* arranged = state.inputs.atLeast(tileFloats + count * linear.groups);
    const LinearInputs inputs = {arranged, arranged + tileFloats, count, height, width};
    const std::function<void(int64_t, Scratch&)> arrange = [&](int64_t i, Scratch& scratch) {
      const int64_t row = i * height, some = count - row < height ? count - row : height;
      float* memory = scratch.atLeast(kernels.scratch(linear, some, 0));
      maker(row0 + row, row0 + row + some, scratch);
      kernels.arrange(linear, x + (row0 + row) * linear.in, some, inputs.tile(row), inputs.sums + row * linear.groups, memory);
    };
    runTasks(state, tiles, count * (4 * linear.in + maker.work) < worthSharing ? 1 : threads, arrange);

    sharePanels(state, threads, count, rowBlock, linear.panels - panel0, 4, [&](int64_t row, int64_t rowEnd, int64_t panel, int64_t panelEnd, Scratch& scratch) {
      float* memory = scratch.atLeast(kernels.scratch(linear, rowEnd - row, panelEnd - panel));
      kernels.product(linear, inputs, y + row0 * linear.out, row, rowEnd, panel0 + panel, panel0 + panelEnd, memory);
    });
  }
}

bool addGramOfPairs(State& state, const float* x, float* sum, int64_t tokens, int64_t size) {
  const Kernels& kernels = *state.kernels;
  const int64_t width = kernels.panelColumns, rowStep = 3 * width;
  // x^T as a weight, and its rows as inputs: blocks of rows by the panels that are not left of them
  const FloatBlock turned = allocateFloats(size * tokens), product = allocateFloats(rowStep * size);
  const std::unique_ptr<PackedLinear> linear = makeLinear(kernels, tokens, size, true);
  if (!turned || !product || !linear) return false;
  share(state, pieces(tokens, 16), 16 * size, [&](int64_t from, int64_t to) { kernels.transpose(x, turned.get(), tokens, size, 16 * from, 16 * to < tokens ? 16 * to : tokens); });
  share(state, linear->panels, width * tokens, [&](int64_t from, int64_t to) {
    for (int64_t panel = from; panel < to; panel++) kernels.pairs.packPanel(*linear, panel, turned.get(), size, tokens, panel * width);
  });
  for (int64_t row0 = 0; row0 < size; row0 += rowStep) {
    const int64_t rows = size - row0 < rowStep ? size - row0 : rowStep;
    applyLinear(state, *linear, turned.get() + row0 * tokens, product.get(), rows, row0 / width);
    share(state, rows, size - row0, [&](int64_t from, int64_t to) {
      for (int64_t row = from; row < to; row++) {
        float* out = sum + (row0 + row) * size + row0;
        kernels.binary(Binary::add, out, product.get() + row * size + row0, out, size - row0, false, false);
      }
    });
  }
  return true;
}

/** applyLinear(handle, x, y, rows): y [rows, out] = x [rows, in] W^T. */
napi_value callApplyLinear(napi_env env, napi_callback_info info) {
  Call call(env, info, 4);
  const PackedLinear* linear = findLinear(call, 0);
  if (!linear) return nullptr;
  const int64_t rows = call.integer(3, 0, mostElements);
  const Span<float> x = call.floats(1, rows * linear->in), y = call.floats(2, rows * linear->out);
  if (call.ok) applyLinear(State::of(env), *linear, x.data, y.data, rows);
  return nullptr;
}

/** disposeLinear(handle) */
napi_value callDisposeLinear(napi_env env, napi_callback_info info) {
  Call call(env, info, 1);
  const PackedLinear* linear = findLinear(call, 0);
  if (!linear) return nullptr;
  int64_t held;
  napi_adjust_external_memory(env, -linear->bytes, &held);
  State::of(env).linears.erase(static_cast<int32_t>(call.integer(0, 0, INT32_MAX)));
  return nullptr;
}

bool multiplies(const Kernels& kernels, const LinearKernels& products) {
  // a whole tile of rows and parts of others, a part of a panel, and a depth that comes in parts
  const int64_t rows = products.tileRows + 23, out = kernels.panelColumns + 3;
  // integers this small are exact in bfloat16, and so are their sums in floats; digits are of fractions of the largest
  const bool pairs = &products == &kernels.pairs;
  const float tolerance = pairs ? 0.0f : 1e-6f;
  State state;
  state.kernels = &kernels;
  state.pairs = pairs;
  state.pool = std::make_unique<ThreadPool>(1);
  uint32_t seed = 1;
  const auto random = [&](uint32_t count) { return (seed = seed * 1664525u + 1013904223u) / 65536 % count; };
  for (const int64_t groups : {0, 1, 14}) {  // 0: a weight that is no codes
    if (groups == 0 && !products.packPanel) continue;
    const int64_t in = groups == 0 ? 449 : 448;
    std::vector<float> x(rows * in), w(2 * kernels.panelColumns * in), y(rows * out);
    for (float& value : x) value = static_cast<float>(random(255)) - 127;
    std::unique_ptr<PackedLinear> linear = groups == 0 ? makeLinear(kernels, in, out, true) : makeCodes(kernels, in, out, 4, groups, in / groups, {}, {}, true);
    if (!linear) return false;
    if (groups == 0) {
      for (float& value : w) value = static_cast<float>(random(255)) - 127;
      for (int64_t panel = 0; panel < linear->panels; panel++) products.packPanel(*linear, panel, w.data(), out, in, panel * kernels.panelColumns);
    } else {
      std::vector<uint8_t> codes(out * in);
      std::vector<float> scales(out * groups, 1.0f), zeros(out * groups);
      for (float& zero : zeros) zero = static_cast<float>(random(3)) - 1;
      for (int64_t i = 0; i < out * in; i++) {
        codes[i] = static_cast<uint8_t>(random(16));
        w[i] = static_cast<float>(codes[i]) - 8 - zeros[i * groups / in];
      }
      fillCodes(*linear, codes.data(), scales.data(), zeros.data(), 0, out);
    }
    applyLinear(state, *linear, x.data(), y.data(), rows);
    for (int64_t row = 0; row < rows; row++) {
      for (int64_t o = 0; o < out; o++) {
        float wanted = 0, magnitude = 0;
        for (int64_t k = 0; k < in; k++) {
          wanted += x[row * in + k] * w[o * in + k];
          magnitude += __builtin_fabsf(x[row * in + k] * w[o * in + k]);
        }
        if (!(__builtin_fabsf(y[row * out + o] - wanted) <= tolerance * magnitude)) return false;
      }
    }
  }
  return true;
}
