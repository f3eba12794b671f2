// Attention over the cache's pages, which live in the WebAssembly memory of the cache: one call for all rows of a batch.
#include "cached-rows.h"

namespace {

/** Query tokens of a row that share a decoded page. */
constexpr int64_t together = 16;

/** Bytes of a head within a page that attention may read. */
int64_t readBytes(const CachePart& part, int64_t headDim, int64_t pageTokens) {
  if (part.bits == 32) return pageTokens * headDim * 4;
  return part.parameters + pageTokens * (headDim / part.group) * 8;
}

}  // namespace

bool readPart(Call& call, const int32_t* v, CachePart& part) {
  part.bits = v[0];
  part.group = v[1];
  part.kind = v[2];
  part.rowBytes = v[3];
  part.headBytes = v[4];
  part.parameters = v[5];
  call.require((part.bits == 32 || (part.bits >= 1 && part.bits <= 8)) && part.group >= 1 && part.group <= 1024 && part.kind >= 0 && part.kind <= 2 &&
                   part.rowBytes >= 0 && part.headBytes >= 0 && part.parameters >= 0,
               "a description of the cache is wrong");
  return call.ok;
}

bool readCacheRows(Call& call, const AttentionJob& job, Span<uint8_t> memory, Span<int32_t> pages, const int32_t* values, int64_t count, std::vector<CachedRow>& rows) {
  for (const CachePart* part : {&job.keys, &job.values})
    call.require(part->bits == 32 || (job.headDim % part->group == 0 && part->parameters % 4 == 0 && part->rowBytes * 8 >= job.headDim * part->bits &&
                                      part->parameters >= job.pageTokens * part->rowBytes),
                 "a description of the cache does not fit its heads");
  if (!call.ok) return false;
  const int64_t keyBytes = (job.kvHeads - 1) * job.keys.headBytes + readBytes(job.keys, job.headDim, job.pageTokens);
  const int64_t valueBytes = (job.kvHeads - 1) * job.values.headBytes + readBytes(job.values, job.headDim, job.pageTokens);
  int64_t token = 0;
  for (int64_t i = 0; i < count && call.ok; i++, values += 4) {
    const int64_t tokens = values[0], before = values[1], keyPage = values[2], valuePage = values[3];
    call.require(tokens >= 0 && before >= 0 && tokens + before < mostElements, "a row has fewer than no tokens, or too many");
    if (!call.ok) break;
    const int64_t held = pieces(before + tokens, job.pageTokens);
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

void attendRows(State& state, const AttentionJob& job, const std::vector<CachedRow>& rows) {
  const int64_t group = job.heads / job.kvHeads;
  std::vector<AttentionTask> tasks;
  int64_t work = 0;
  for (const CachedRow& row : rows) {
    work += row.count * (row.before + row.count) * job.heads * job.headDim;
    for (int64_t first = 0; first < row.count; first += together) {
      const int64_t some = row.count - first < together ? row.count - first : together;
      for (int64_t kvHead = 0; kvHead < job.kvHeads; kvHead++)
        tasks.push_back({row.token + first, some, kvHead, row.before + first + 1, row.keyPages, row.valuePages, row.count > 1});
    }
  }
  const int64_t page = job.pageTokens * job.headDim;
  const std::function<void(int64_t, Scratch&)> task = [&](int64_t i, Scratch& scratch) {
    const AttentionTask& one = tasks[i];
    float* room = scratch.atLeast(page + one.count * group * (one.seen + one.count) + 64);
    state.kernels->attention(job, one, room + page, room);
  };
  runTasks(state, static_cast<int64_t>(tasks.size()), work < worthSharing ? 1 : state.pool->threads(), task);
}

/**
 * attention(query, output, memory, pages, rows, keys, values, heads, kvHeads, headDim, pageTokens)
 * rows: four integers each: tokens of the batch, tokens of the row before them, first key page, first value page within pages.
 * keys, values: bits (32 = floats), group, kind, bytes of a token, bytes of a head, offset of the grids.
 */
napi_value callAttention(napi_env env, napi_callback_info info) {
  Call call(env, info, 11);
  AttentionJob job{};
  job.heads = call.integer(7, 1, 1 << 16);
  job.kvHeads = call.integer(8, 1, 1 << 16);
  job.headDim = call.integer(9, 1, 1024);
  job.pageTokens = call.integer(10, 1, 1 << 16);
  call.require(job.heads % job.kvHeads == 0, "heads are not a multiple of kv heads");
  const Span<uint8_t> memory = call.bytes(2, 0);
  const Span<int32_t> pages = call.integers(3, 0), described = call.integers(4, 0);
  const Span<int32_t> keys = call.integers(5, 6), values = call.integers(6, 6);
  if (!call.ok || !readPart(call, keys.data, job.keys) || !readPart(call, values.data, job.values)) return nullptr;
  std::vector<CachedRow> rows;
  if (!readCacheRows(call, job, memory, pages, described.data, described.length / 4, rows)) return nullptr;
  const int64_t tokens = rows.empty() ? 0 : rows.back().token + rows.back().count;
  const Span<float> query = call.floats(0, tokens * job.heads * job.headDim), output = call.floats(1, tokens * job.heads * job.headDim);
  if (!call.ok) return nullptr;
  job.query = query.data;
  job.output = output.data;
  job.memory = memory.data;
  attendRows(State::of(env), job, rows);
  return nullptr;
}
