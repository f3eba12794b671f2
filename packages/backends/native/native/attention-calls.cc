// Attention over the cache's pages, which live in the WebAssembly memory of the cache: one call for all rows of a batch.
#include "calls.h"

namespace {

/** Query tokens of a row that share a decoded page. */
constexpr int64_t together = 16;

bool readPart(Call& call, int index, CachePart& part) {
  const Span<int32_t> values = call.integers(index, 6);
  if (!call.ok) return false;
  const int32_t* v = values.data;
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

/** Bytes of a head within a page that attention may read. */
int64_t readBytes(const CachePart& part, int64_t headDim, int64_t pageTokens) {
  if (part.bits == 32) return pageTokens * headDim * 4;
  return part.parameters + pageTokens * (headDim / part.group) * 8;
}

}  // namespace

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
  const Span<int32_t> pages = call.integers(3, 0), rows = call.integers(4, 0);
  if (!readPart(call, 5, job.keys) || !readPart(call, 6, job.values)) return nullptr;
  for (const CachePart* part : {&job.keys, &job.values})
    call.require(part->bits == 32 || (job.headDim % part->group == 0 && part->parameters % 4 == 0 && part->rowBytes * 8 >= job.headDim * part->bits &&
                                      part->parameters >= job.pageTokens * part->rowBytes),
                 "a description of the cache does not fit its heads");
  if (!call.ok) return nullptr;
  const int64_t group = job.heads / job.kvHeads;
  const int64_t keyBytes = (job.kvHeads - 1) * job.keys.headBytes + readBytes(job.keys, job.headDim, job.pageTokens);
  const int64_t valueBytes = (job.kvHeads - 1) * job.values.headBytes + readBytes(job.values, job.headDim, job.pageTokens);
  std::vector<AttentionTask> tasks;
  int64_t token = 0, longest = 0, work = 0;
  for (int64_t i = 0; i + 4 <= rows.length && call.ok; i += 4) {
    const int64_t count = rows.data[i], before = rows.data[i + 1], keyPage = rows.data[i + 2], valuePage = rows.data[i + 3];
    call.require(count >= 0 && before >= 0, "a row has fewer than no tokens");
    if (!call.ok) break;
    const int64_t held = pieces(before + count, job.pageTokens);
    call.require(keyPage >= 0 && valuePage >= 0 && keyPage + held <= pages.length && valuePage + held <= pages.length, "a row has more tokens than pages");
    for (int64_t page = 0; page < held && call.ok; page++) {
      const int64_t key = static_cast<uint32_t>(pages.data[keyPage + page]), value = static_cast<uint32_t>(pages.data[valuePage + page]);
      call.require(key % 4 == 0 && value % 4 == 0 && key + keyBytes <= memory.length && value + valueBytes <= memory.length, "a page is outside of the memory");
    }
    if (before + count > longest) longest = before + count;
    work += count * (before + count) * job.heads * job.headDim;
    for (int64_t first = 0; first < count; first += together) {
      const int64_t some = count - first < together ? count - first : together;
      for (int64_t kvHead = 0; kvHead < job.kvHeads; kvHead++)
        tasks.push_back({token + first, some, kvHead, before + first + 1, pages.data + keyPage, pages.data + valuePage, count > 1});
    }
    token += count;
  }
  call.require(token < mostElements && longest < mostElements, "too many tokens");
  const Span<float> query = call.floats(0, token * job.heads * job.headDim), output = call.floats(1, token * job.heads * job.headDim);
  if (!call.ok) return nullptr;
  job.query = query.data;
  job.output = output.data;
  job.memory = memory.data;
  State& state = State::of(env);
  const int64_t page = job.pageTokens * job.headDim;
  const std::function<void(int64_t, Scratch&)> task = [&](int64_t i, Scratch& scratch) {
    const AttentionTask& one = tasks[i];
    float* room = scratch.atLeast(page + one.count * group * (one.seen + one.count) + 64);
    state.kernels->attention(job, one, room + page, room);
  };
  runTasks(state, static_cast<int64_t>(tasks.size()), work < worthSharing ? 1 : state.pool->threads(), task);
  return nullptr;
}
