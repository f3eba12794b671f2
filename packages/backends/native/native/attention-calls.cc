// Attention over the cache's pages, which live in the WebAssembly memory of the cache: one call for all rows of a batch.
#include "cached-rows.h"

namespace {

/** Floats of a thread for scores: 1 GiB of them. */
constexpr int64_t mostScores = int64_t{1} << 28;

int64_t pageFloats(const CacheLayout& layout) {
  const int64_t keys = layout.keys.pageTokens, values = layout.values.pageTokens;
  return (keys > values ? keys : values) * layout.headDim;
}

/** Scores of `count` query tokens of a row for one kv head, the last of which sees `end` tokens; a vector may be written behind them. */
int64_t scoreFloats(const CacheLayout& layout, int64_t heads, int64_t count, int64_t end) { return count * (heads / layout.kvHeads) * (end + 1) + 64; }

}  // namespace

bool reserveScores(State& state, const CacheLayout& layout, int64_t heads, const std::vector<CachedRow>& rows) {
  int64_t scores = 0;
  for (const CachedRow& row : rows) {
    const int64_t of = scoreFloats(layout, heads, row.count < queryTokens ? row.count : queryTokens, row.before + row.count);
    if (of > scores) scores = of;
  }
  return scores <= mostScores && state.pool->reserve(pageFloats(layout) + scores);
}

void attendRows(State& state, const AttentionJob& job, const std::vector<CachedRow>& rows) {
  std::vector<AttentionTask> tasks;
  int64_t work = 0;
  for (const CachedRow& row : rows) {
    work += row.count * (row.before + row.count) * job.heads * job.headDim;
    for (int64_t first = 0; first < row.count; first += queryTokens) {
      const int64_t some = row.count - first < queryTokens ? row.count - first : queryTokens;
      for (int64_t kvHead = 0; kvHead < job.kvHeads; kvHead++)
        tasks.push_back({row.token + first, some, kvHead, row.before + first + 1, row.keys, row.values, row.count > 1});
    }
  }
  const int64_t page = pageFloats(job);
  const std::function<void(int64_t, Scratch&)> task = [&](int64_t i, Scratch& scratch) {
    const AttentionTask& one = tasks[i];
    float* room = scratch.atLeast(page + scoreFloats(job, job.heads, one.count, one.seen + one.count - 1));
    state.kernels->attention(job, one, room + page, room);
  };
  runTasks(state, static_cast<int64_t>(tasks.size()), work < worthSharing ? 1 : state.pool->threads(), task);
}

/**
 * attention(query, output, memory, pages, rows, keys, values, heads, kvHeads, headDim, cosines, sines): see cached-rows.h. The last two
 * are empty where keys are stored rotated.
 */
napi_value callAttention(napi_env env, napi_callback_info info) {
  Call call(env, info, 12);
  AttentionJob job{};
  job.heads = call.integer(7, 1, 1 << 16);
  std::vector<CachedRow> rows;
  const int64_t tokens = readBatch(call, 8, job, rows);
  const Span<float> cosines = call.floats(10, 0), sines = call.floats(11, cosines.length);
  call.require(call.ok && job.heads % job.kvHeads == 0, "heads are not a multiple of kv heads");
  if (call.ok && cosines.length > 0) rotateOnRead(call, job, cosines, sines, rows);
  if (!call.ok) return nullptr;
  const Span<float> query = call.floats(0, tokens * job.heads * job.headDim), output = call.floats(1, tokens * job.heads * job.headDim);
  if (!call.ok) return nullptr;
  job.query = query.data;
  job.output = output.data;
  job.memory = call.bytes(2, 0).data;
  call.require(reserveScores(State::of(env), job, job.heads, rows), "no memory for the scores of so many tokens");
  if (call.ok) attendRows(State::of(env), job, rows);
  return nullptr;
}
