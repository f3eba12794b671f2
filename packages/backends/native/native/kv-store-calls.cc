// Where the tokens of rows lie in the cache's pages, checked once for all that reads or writes there, and writing them.
#include <cstring>
#include "cached-rows.h"

namespace {

/** Bytes of a head within a page that tokens and their grids take, or what reads them a word at a time looks at. */
int64_t usedBytes(const CachePart& part, int64_t headDim) {
  if (part.bits == 32) return part.pageTokens * headDim * 4;
  if (part.axis == GridAxis::fixed) return part.pageTokens * part.rowBytes + 3;
  if (part.axis == GridAxis::page) return part.parameters + 8 * headDim;
  return part.parameters + part.pageTokens * (headDim / part.group) * part.gridBytes;
}

/**
 * Reads partIntegers: bits (32 = floats), group, CodeKind, bytes of a token, bytes of a head, offset of the grids, whether ranges
 * are min-max, the bits of two floats, the ratios by which ranges shrink below and above, FloatElement, FloatScale, tokens of a page,
 * GridAxis, the address of grids that all tokens share, and how many tokens stay in the window and leave it together.
 */
bool readPart(Call& call, const int32_t* v, CachePart& part) {
  part.bits = v[0];
  part.group = v[1];
  part.rowBytes = v[3];
  part.headBytes = v[4];
  part.parameters = v[5];
  part.minMax = v[6] != 0;
  memcpy(&part.low, v + 7, sizeof part.low);
  memcpy(&part.high, v + 8, sizeof part.high);
  part.pageTokens = v[11];
  part.keep = v[14];
  part.block = v[15];
  const bool kinds = v[2] >= 0 && v[2] <= 3 && v[9] >= 0 && v[9] <= 2 && v[10] >= 0 && v[10] <= 2 && v[12] >= 0 && v[12] <= 2;
  call.require(kinds && (part.bits == 32 || (part.bits >= 2 && part.bits <= 8)) && part.group >= 1 && part.group <= 1024 && part.rowBytes >= 0 &&
                   part.headBytes >= 0 && part.headBytes % 4 == 0 && part.parameters >= 0 && part.pageTokens >= 1 && part.pageTokens <= 1 << 16 && part.keep >= 0 && part.block >= 1,
               "a description of the cache is wrong");
  if (!call.ok) return false;
  part.kind = static_cast<CodeKind>(v[2]);
  part.element = static_cast<FloatElement>(v[9]);
  part.scale = static_cast<FloatScale>(v[10]);
  part.axis = static_cast<GridAxis>(v[12]);
  const bool floats = part.kind == CodeKind::floats;
  part.gridBytes = !floats ? 8 : (part.scale == FloatScale::float32 ? 4 : 1);
  call.require(part.bits == 32 || !floats || part.axis == GridAxis::token, "floats of few bits have a grid of their token");
  call.require(part.bits == 32 || !floats || part.bits == (part.element == FloatElement::e2m1 ? 4 : 8), "codes have other bits than their elements");
  return call.ok;
}

/** The same, where it fits the heads of a layout and its grids lie within the memory. */
bool readFitting(Call& call, const CacheLayout& layout, const int32_t* v, Span<uint8_t> memory, CachePart& part) {
  if (!readPart(call, v, part)) return false;
  if (part.bits == 32) return true;
  const int64_t grids = static_cast<uint32_t>(v[13]);
  call.require(part.axis != GridAxis::page || part.block % part.pageTokens == 0, "tokens that share a grid do not leave the window together");
  const bool behind = part.axis == GridAxis::fixed || (part.parameters % 4 == 0 && part.parameters >= part.pageTokens * part.rowBytes);
  call.require(behind && layout.headDim % part.group == 0 && part.rowBytes * 8 >= layout.headDim * part.bits, "a description of the cache does not fit its heads");
  if (call.ok && part.axis == GridAxis::fixed) {
    const int64_t bytes = 3 * layout.kvHeads * layout.headDim * static_cast<int64_t>(sizeof(float));
    call.require(grids % 4 == 0 && grids + bytes <= memory.length, "grids are outside of the memory");
    if (call.ok) part.grids = reinterpret_cast<const float*>(memory.data + grids);
  }
  return call.ok;
}

/** Reads where the keys or the values of a row lie, three integers, and checks that its tokens, `before` and `count` more, are within the memory. */
bool readHalf(Call& call, const CacheLayout& layout, const CachePart& part, Span<uint8_t> memory, Span<int32_t> pages, const int32_t* v, int64_t before, int64_t count, CachedHalf& half) {
  const int64_t first = v[0], window = static_cast<uint32_t>(v[1]), row = v[2];
  half = {nullptr, part.settledAfter(before), part.settledAfter(before + count), nullptr, 0};
  const int64_t held = pieces(half.settled, part.pageTokens), bytes = (layout.kvHeads - 1) * part.headBytes + usedBytes(part, layout.headDim);
  call.require(first >= 0 && first + held <= pages.length, "a row has more tokens than pages");
  for (int64_t page = 0; page < held && call.ok; page++) {
    const int64_t address = static_cast<uint32_t>(pages.data[first + page]);
    call.require(address % 4 == 0 && address + bytes <= memory.length, "a page is outside of the memory");
  }
  if (!call.ok) return false;
  half.pages = pages.data + first;
  if (!part.waits()) return true;
  const int64_t last = (layout.kvHeads - 1) * row + (before + count - half.waiting) * layout.headDim;
  call.require(row >= 0 && window % 4 == 0 && window + last * static_cast<int64_t>(sizeof(float)) <= memory.length, "a window is outside of the memory");
  if (!call.ok) return false;
  half.window = reinterpret_cast<float*>(memory.data + window);
  half.windowRow = row;
  return true;
}

}  // namespace

bool readLayout(Call& call, const int32_t* keys, const int32_t* values, Span<uint8_t> memory, CacheLayout& layout) {
  return readFitting(call, layout, keys, memory, layout.keys) && readFitting(call, layout, values, memory, layout.values);
}

bool readCacheRows(Call& call, const CacheLayout& layout, Span<uint8_t> memory, Span<int32_t> pages, const int32_t* v, int64_t count, std::vector<CachedRow>& rows) {
  int64_t end = 0;
  for (int64_t i = 0; i < count && call.ok; i++, v += rowIntegers) {
    const int64_t token = v[0], tokens = v[1], before = v[2];
    call.require(token >= end && tokens >= 0 && before >= 0 && tokens + before < mostElements && token + tokens < mostElements, "a row has fewer than no tokens, or too many");
    if (!call.ok) break;
    CachedRow row = {token, tokens, before, {}, {}};
    if (!readHalf(call, layout, layout.keys, memory, pages, v + 3, before, tokens, row.keys)) break;
    if (!readHalf(call, layout, layout.values, memory, pages, v + 6, before, tokens, row.values)) break;
    rows.push_back(row);
    end = token + tokens;
  }
  return call.ok;
}

bool rotateOnRead(Call& call, CacheLayout& layout, Span<float> cosines, Span<float> sines, const std::vector<CachedRow>& rows) {
  const int64_t half = layout.headDim / 2;
  call.require(layout.headDim % 2 == 0, "a head of an odd number of channels is not rotated");
  for (const CachedRow& row : rows) call.require((row.before + row.count) * half <= cosines.length && sines.length == cosines.length, "a key's position is beyond the table");
  layout.cosines = cosines.data;
  layout.sines = sines.data;
  return call.ok;
}

namespace {

/** Writes the token numbered `at` of a row into its page, or a whole page that begins with it where a page's tokens share grids. */
void storeSettled(State& state, const StoreJob& job, const CachePart& part, const CachedHalf& half, int64_t at, const float* from, int64_t headRow) {
  // addresses are 32-bit words of a memory of up to 4 GiB
  uint8_t* page = job.memory + static_cast<uint32_t>(half.pages[at / part.pageTokens]);
  if (part.axis == GridAxis::page)
    state.kernels->storePage(part, from, headRow, page, job.kvHeads, job.headDim);
  else
    state.kernels->storeToken(part, from, headRow, page, at % part.pageTokens, job.kvHeads, job.headDim);
}

/** Writes a token [kvHeads * headDim], the one numbered `place` of its row: into the window, or a page where none waits. */
void storeNew(State& state, const StoreJob& job, const CachePart& part, const CachedHalf& half, const float* token, int64_t place) {
  if (!half.window) return storeSettled(state, job, part, half, place, token, job.headDim);
  for (int64_t h = 0; h < job.kvHeads; h++)
    memcpy(half.window + h * half.windowRow + (place - half.waiting) * job.headDim, token + h * job.headDim, job.headDim * sizeof(float));
}

/** Writes tokens that leave the window into pages. */
void storeLeaving(State& state, const StoreJob& job, const CachePart& part, const CachedHalf& half) {
  const int64_t together = part.axis == GridAxis::page ? part.pageTokens : 1;
  for (int64_t at = half.waiting; half.window && at < half.settled; at += together)
    storeSettled(state, job, part, half, at, half.window + (at - half.waiting) * job.headDim, half.windowRow);
}

}  // namespace

void storeTokens(State& state, const StoreJob& job, const std::vector<CachedRow>& rows) {
  const int64_t width = job.kvHeads * job.headDim, tokens = rows.empty() ? 0 : rows.back().token + rows.back().count;
  const auto leave = [&](const CachedRow& row) {
    storeLeaving(state, job, job.keys, row.keys);
    storeLeaving(state, job, job.values, row.values);
  };
  share(state, tokens, 16 * width, [&](int64_t from, int64_t to) {
    for (const CachedRow& row : rows) {
      const int64_t first = from > row.token ? from : row.token, end = to < row.token + row.count ? to : row.token + row.count;
      for (int64_t token = first; token < end; token++) {
        const int64_t place = row.before + token - row.token;
        storeNew(state, job, job.keys, row.keys, job.key + token * width, place);
        storeNew(state, job, job.values, row.values, job.value + token * width, place);
      }
      if (row.count == 1 && first < end) leave(row);
    }
  });
  // several new tokens, which threads shared, have all to be in the window
  if (!job.keys.waits() && !job.values.waits()) return;
  share(state, static_cast<int64_t>(rows.size()), 16 * width * tokens, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++)
      if (rows[i].count > 1) leave(rows[i]);
  });
}

int64_t readBatch(Call& call, int shape, CacheLayout& layout, std::vector<CachedRow>& rows) {
  layout.kvHeads = call.integer(shape, 1, 1 << 16);
  layout.headDim = call.integer(shape + 1, 1, 1024);
  const Span<uint8_t> memory = call.bytes(2, 0);
  const Span<int32_t> pages = call.integers(3, 0), described = call.integers(4, 0);
  const Span<int32_t> keys = call.integers(5, partIntegers), values = call.integers(6, partIntegers);
  call.require(described.length % rowIntegers == 0, "the rows have other numbers of integers");
  if (!call.ok || !readLayout(call, keys.data, values.data, memory, layout)) return 0;
  if (!readCacheRows(call, layout, memory, pages, described.data, described.length / rowIntegers, rows)) return 0;
  return rows.empty() ? 0 : rows.back().token + rows.back().count;
}

/** storeTokens(key, value, memory, pages, rows, keys, values, kvHeads, headDim): see cached-rows.h. */
napi_value callStoreTokens(napi_env env, napi_callback_info info) {
  Call call(env, info, 9);
  StoreJob job{};
  std::vector<CachedRow> rows;
  const int64_t tokens = readBatch(call, 7, job, rows);
  if (!call.ok) return nullptr;
  const Span<float> key = call.floats(0, tokens * job.kvHeads * job.headDim), value = call.floats(1, tokens * job.kvHeads * job.headDim);
  if (!call.ok) return nullptr;
  job.key = key.data;
  job.value = value.data;
  job.memory = call.bytes(2, 0).data;
  storeTokens(State::of(env), job, rows);
  return nullptr;
}
