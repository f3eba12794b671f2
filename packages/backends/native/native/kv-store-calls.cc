// Where the tokens of rows lie in the cache's pages, checked once for all that reads or writes there, and writing them.
#include <cstring>
#include "cached-rows.h"

namespace {

/** Bytes of a head within a page that hold tokens. */
int64_t usedBytes(const CachePart& part, int64_t headDim, int64_t pageTokens) {
  if (part.bits == 32) return pageTokens * headDim * 4;
  return part.parameters + pageTokens * (headDim / part.group) * part.gridBytes;
}

}  // namespace

bool readPart(Call& call, const int32_t* v, CachePart& part) {
  part.bits = v[0];
  part.group = v[1];
  part.rowBytes = v[3];
  part.headBytes = v[4];
  part.parameters = v[5];
  part.minMax = v[6] != 0;
  memcpy(&part.low, v + 7, sizeof part.low);
  memcpy(&part.high, v + 8, sizeof part.high);
  const bool kinds = v[2] >= 0 && v[2] <= 3 && v[9] >= 0 && v[9] <= 2 && v[10] >= 0 && v[10] <= 2;
  call.require(kinds && (part.bits == 32 || (part.bits >= 2 && part.bits <= 8)) && part.group >= 1 && part.group <= 1024 && part.rowBytes >= 0 &&
                   part.headBytes >= 0 && part.headBytes % 4 == 0 && part.parameters >= 0,
               "a description of the cache is wrong");
  if (!call.ok) return false;
  part.kind = static_cast<CodeKind>(v[2]);
  part.element = static_cast<FloatElement>(v[9]);
  part.scale = static_cast<FloatScale>(v[10]);
  const bool floats = part.kind == CodeKind::floats;
  part.gridBytes = !floats ? 8 : (part.scale == FloatScale::float32 ? 4 : 1);
  call.require(part.bits == 32 || !floats || part.bits == (part.element == FloatElement::e2m1 ? 4 : 8), "codes have other bits than their elements");
  return call.ok;
}

bool readCacheRows(Call& call, const CacheLayout& layout, Span<uint8_t> memory, Span<int32_t> pages, const int32_t* values, int64_t count, std::vector<CachedRow>& rows) {
  for (const CachePart* part : {&layout.keys, &layout.values})
    call.require(part->bits == 32 || (layout.headDim % part->group == 0 && part->parameters % 4 == 0 && part->rowBytes * 8 >= layout.headDim * part->bits &&
                                      part->parameters >= layout.pageTokens * part->rowBytes),
                 "a description of the cache does not fit its heads");
  if (!call.ok) return false;
  const int64_t keyBytes = (layout.kvHeads - 1) * layout.keys.headBytes + usedBytes(layout.keys, layout.headDim, layout.pageTokens);
  const int64_t valueBytes = (layout.kvHeads - 1) * layout.values.headBytes + usedBytes(layout.values, layout.headDim, layout.pageTokens);
  int64_t token = 0;
  for (int64_t i = 0; i < count && call.ok; i++, values += 4) {
    const int64_t tokens = values[0], before = values[1], keyPage = values[2], valuePage = values[3];
    call.require(tokens >= 0 && before >= 0 && tokens + before < mostElements, "a row has fewer than no tokens, or too many");
    if (!call.ok) break;
    const int64_t held = pieces(before + tokens, layout.pageTokens);
    call.require(keyPage >= 0 && valuePage >= 0 && keyPage + held <= pages.length && valuePage + held <= pages.length, "a row has more tokens than pages");
    for (int64_t page = 0; page < held && call.ok; page++) {
      const int64_t key = static_cast<uint32_t>(pages.data[keyPage + page]), value = static_cast<uint32_t>(pages.data[valuePage + page]);
      call.require(key % 4 == 0 && value % 4 == 0 && key + keyBytes <= memory.length && value + valueBytes <= memory.length, "a page is outside of the memory");
    }
    rows.push_back({token, tokens, before, pages.data + keyPage, pages.data + valuePage});
    token += tokens;
    call.require(token < mostElements, "too many tokens");
  }
  return call.ok;
}

void storeTokens(State& state, const StoreJob& job, const std::vector<CachedRow>& rows) {
  const int64_t width = job.kvHeads * job.headDim, tokens = rows.empty() ? 0 : rows.back().token + rows.back().count;
  share(state, tokens, 16 * width, [&](int64_t from, int64_t to) {
    for (const CachedRow& row : rows) {
      const int64_t first = from > row.token ? from : row.token, end = to < row.token + row.count ? to : row.token + row.count;
      for (int64_t token = first; token < end; token++) {
        const int64_t place = row.before + token - row.token, page = place / job.pageTokens, at = place % job.pageTokens;
        // addresses are 32-bit words of a memory of up to 4 GiB
        uint8_t* keyPage = job.memory + static_cast<uint32_t>(row.keyPages[page]);
        uint8_t* valuePage = job.memory + static_cast<uint32_t>(row.valuePages[page]);
        state.kernels->storeToken(job.keys, job.key + token * width, keyPage, at, job.kvHeads, job.headDim);
        state.kernels->storeToken(job.values, job.value + token * width, valuePage, at, job.kvHeads, job.headDim);
      }
    }
  });
}

int64_t readBatch(Call& call, int shape, CacheLayout& layout, std::vector<CachedRow>& rows) {
  layout.kvHeads = call.integer(shape, 1, 1 << 16);
  layout.headDim = call.integer(shape + 1, 1, 1024);
  layout.pageTokens = call.integer(shape + 2, 1, 1 << 16);
  const Span<uint8_t> memory = call.bytes(2, 0);
  const Span<int32_t> pages = call.integers(3, 0), described = call.integers(4, 0);
  const Span<int32_t> keys = call.integers(5, partIntegers), values = call.integers(6, partIntegers);
  if (!call.ok || !readPart(call, keys.data, layout.keys) || !readPart(call, values.data, layout.values)) return 0;
  if (!readCacheRows(call, layout, memory, pages, described.data, described.length / 4, rows)) return 0;
  return rows.empty() ? 0 : rows.back().token + rows.back().count;
}

/** storeTokens(key, value, memory, pages, rows, keys, values, kvHeads, headDim, pageTokens): see cached-rows.h. */
napi_value callStoreTokens(napi_env env, napi_callback_info info) {
  Call call(env, info, 10);
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
