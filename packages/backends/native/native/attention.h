// Attention of a few query tokens over one kv head's cached keys and values, read where they are stored: floats in place, codes
// decoded page by page into the first cache.
#pragma once
#include "decode-codes.h"
#include "elementwise.h"
#include "kernels.h"
#include "prompt-attention.h"
#include "vector.h"

namespace {

/** scores[t] = scale * <query, key t> for `count` keys [count, headDim], as many at a time as a vector has lanes. */
THINKBITS_INLINE void scoreKeys(const float* query, const float* keys, int64_t count, int64_t headDim, float scale, float* scores, bool fetchNext) {
  const int64_t whole = headDim / W * W;
  int64_t t = 0;
  for (; t + W <= count; t += W) {
    Vector sums[W] = {};
    const float* first = keys + t * headDim;
    if (fetchNext && t + 2 * W <= count) fetch(first + W * headDim, W * headDim);
    for (int64_t i = 0; i < whole; i += W) {
      const Vector q = load(query + i);
#pragma GCC unroll 16
      for (int j = 0; j < W; j++) sums[j] += q * load(first + j * headDim + i);
    }
    Vector result = sumEach(sums);
    for (int64_t i = whole; i < headDim; i++)
      for (int j = 0; j < W; j++) result[j] += query[i] * first[j * headDim + i];
    store(scores + t, result * splat(scale));
  }
  for (; t < count; t++) {
    const float* key = keys + t * headDim;
    Vector sum = {};
    for (int64_t i = 0; i < whole; i += W) sum += load(query + i) * load(key + i);
    float total = sumLanes(sum);
    for (int64_t i = whole; i < headDim; i++) total += query[i] * key[i];
    scores[t] = total * scale;
  }
}

/** The same in float64, for `count` keys one by one: heads that have no tiles. */
THINKBITS_INLINE void scoreKeysExactly(const float* query, const float* keys, int64_t count, int64_t headDim, float scale, float* scores) {
  constexpr int lanes = 8;
  for (int64_t t = 0; t < count; t++, keys += headDim) {
    double sums[lanes] = {};
    int64_t i = 0;
    for (; i + lanes <= headDim; i += lanes)
      for (int j = 0; j < lanes; j++) sums[j] += static_cast<double>(query[i + j]) * keys[i + j];
    double sum = 0;
    for (int j = 0; j < lanes; j++) sum += sums[j];
    for (; i < headDim; i++) sum += static_cast<double>(query[i]) * keys[i];
    scores[t] = static_cast<float>(sum * scale);
  }
}

/** Where a head of a page lies; addresses are 32-bit words of a memory of up to 4 GiB. */
THINKBITS_INLINE const uint8_t* headOfPage(const CachePart& part, const uint8_t* memory, int32_t page, int64_t kvHead) {
  return memory + static_cast<uint32_t>(page) + kvHead * part.headBytes;
}

/** The keys or values of one row and kv head that a task reads, as floats [count, headDim] of a page's tokens at most. */
struct HeadTokens {
  const AttentionJob& job;
  const CachePart& part;
  const CachedHalf& half;
  int64_t kvHead;
  /** Tokens that the last of the task's queries sees in pages; those before it may see some of them in the window. */
  int64_t settled;

  /** Tokens from `first` to `end` that are read together. */
  int64_t count(int64_t first, int64_t end) const { return end - first < part.pageTokens ? end - first : part.pageTokens; }
  /** Tokens of the page that begins with token `first`: in place, or decoded. */
  const float* page(int64_t first, int64_t count, float* decoded) const {
    const uint8_t* head = headOfPage(part, job.memory, half.pages[first / part.pageTokens], kvHead);
    if (part.bits == 32) return reinterpret_cast<const float*>(head);
    decodePage(part, head, kvHead, job.kvHeads, job.headDim, count, decoded);
    return decoded;
  }
  /** Tokens of the window from the one numbered `first` on. */
  const float* window(int64_t first) const { return half.window + kvHead * half.windowRow + (first - half.waiting) * job.headDim; }
  /** Asks for the codes of a page before they are read. */
  void ask(int64_t first, int64_t ofHead) const {
    if (part.bits == 32 || first >= settled) return;
    fetchCodes(part, headOfPage(part, job.memory, half.pages[first / part.pageTokens], ofHead), job.headDim, count(first, settled));
  }
};

/** Keys [count, headDim] of the positions from `first` on, rotated; `out` may be the keys. */
THINKBITS_INLINE const float* rotateKeys(const AttentionJob& job, const float* keys, int64_t first, int64_t count, float* out) {
  const int64_t half = job.headDim / 2;
  for (int64_t t = 0; t < count; t++)
    rotateToken(keys + t * job.headDim, out + t * job.headDim, 1, half, job.cosines + (first + t) * half, job.sines + (first + t) * half);
  return out;
}

/** output [headDim] of one query += its weights times `count` values, for channels from `i` on. */
THINKBITS_INLINE void addValues(const float* values, const float* weights, int64_t count, int64_t headDim, float* out, int64_t i = 0) {
  for (; i + 4 * W <= headDim; i += 4 * W) {
    Vector a = load(out + i), b = load(out + i + W), c = load(out + i + 2 * W), d = load(out + i + 3 * W);
    const float* v = values + i;
    for (int64_t t = 0; t < count; t++, v += headDim) {
      __builtin_prefetch(v + 8 * headDim, 0, 2);
      __builtin_prefetch(v + 8 * headDim + 2 * W, 0, 2);
      const Vector weight = splat(weights[t]);
      a += weight * load(v);
      b += weight * load(v + W);
      c += weight * load(v + 2 * W);
      d += weight * load(v + 3 * W);
    }
    store(out + i, a);
    store(out + i + W, b);
    store(out + i + 2 * W, c);
    store(out + i + 3 * W, d);
  }
  for (; i + W <= headDim; i += W) {
    Vector a = load(out + i);
    for (int64_t t = 0; t < count; t++) a += splat(weights[t]) * load(values + t * headDim + i);
    store(out + i, a);
  }
  for (; i < headDim; i++)
    for (int64_t t = 0; t < count; t++) out[i] += weights[t] * values[t * headDim + i];
}

/** A task, and where its queries lie within those of the batch. */
struct QueryTask : AttentionTask {
  const AttentionJob& job;
  int64_t headDim, group, width;
  int64_t at;    // the first head of the first query token
  int64_t last;  // tokens that the last query token sees
  bool tiled;

  QueryTask(const AttentionJob& job, const AttentionTask& task)
      : AttentionTask(task), job(job), headDim(job.headDim), group(job.heads / job.kvHeads), width(job.heads * headDim),
        at(task.token * width + task.kvHead * group * headDim), last(task.seen + task.count - 1), tiled(task.exact && headDim <= tiledHead) {}
  /** Queries of so many query tokens. */
  TaskQueries queries(int64_t tokens) const { return {tokens * group, group, width, headDim}; }
};

/** Tokens [begin, end) of a piece of `held` tokens that begins with token `first`. */
struct PieceRange {
  int64_t begin, end;
  PieceRange(int64_t from, int64_t to, int64_t first, int64_t held) : begin(within(from - first, held)), end(within(to - first, held)) {}
  static int64_t within(int64_t x, int64_t held) { return x < 0 ? 0 : (x < held ? x : held); }
};

/** Scores of query tokens [from, to) against a piece of keys; those of tokens that they must not see may be written, and are not read. */
THINKBITS_INLINE void scorePiece(const QueryTask& task, const float* keys, int64_t first, int64_t held, int64_t from, int64_t to, float* scores) {
  const int64_t headDim = task.headDim, group = task.group, last = task.last;
  const float scale = static_cast<float>(1.0 / __builtin_sqrt(static_cast<double>(headDim)));
  const float* queries = task.job.query + task.at;
  if (task.tiled) return scoreTogether(queries + from * task.width, task.queries(to - from), keys, held, headDim, scale, scores + from * group * last + first, last);
  for (int64_t q = from; q < to; q++) {
    const int64_t count = PieceRange(first, task.seen + q, first, held).end;
    for (int64_t g = 0; g < group; g++) {
      const float* query = queries + q * task.width + g * headDim;
      float* out = scores + (q * group + g) * last + first;
      if (task.exact)
        scoreKeysExactly(query, keys, count, headDim, scale, out);
      else
        scoreKeys(query, keys, count, headDim, scale, out, q == 0 && g == 0);
    }
  }
}

/** Adds a piece of values to the outputs of query tokens; `rangeOf` says which of its tokens one of them sees. */
template <class F>
THINKBITS_INLINE void addPiece(const QueryTask& task, const float* values, int64_t first, const float* scores, F rangeOf) {
  const int64_t headDim = task.headDim, group = task.group;
  const TaskQueries queries = task.queries(task.count);
  float* output = task.job.output + task.at;
  const auto weightsOf = [&](int64_t j) { return scores + j * task.last + first; };
  if (!task.tiled) {
    for (int64_t q = 0; q < task.count; q++) {
      const PieceRange seen = rangeOf(q);
      for (int64_t g = 0; seen.begin < seen.end && g < group; g++)
        addValues(values + seen.begin * headDim, weightsOf(q * group + g) + seen.begin, seen.end - seen.begin, headDim, output + q * task.width + g * headDim);
    }
    return;
  }
  const auto addRange = [&](int64_t j, int64_t begin, int64_t end, int64_t channel) {
    if (begin < end) addValues(values + begin * headDim, weightsOf(j) + begin, end - begin, headDim, output + queries.at(j), channel);
  };
  for (int64_t j = 0; j < queries.count; j += queriesOfTile) {
    const int64_t some = queries.count - j < queriesOfTile ? queries.count - j : queriesOfTile;
    // what comes later sees more of a page, and less of a window's beginning: what all of them see
    const int64_t begin = rangeOf((j + some - 1) / group).begin, end = rangeOf(j / group).end;
    float* out[queriesOfTile];
    for (int64_t q = 0; q < some; q++) {
      out[q] = output + queries.at(j + q);
      const PieceRange seen = rangeOf((j + q) / group);
      addRange(j + q, seen.begin, begin < seen.end ? begin : seen.end, 0);
    }
    const int64_t whole = begin < end ? addValuesTogether(values + begin * headDim, weightsOf(j) + begin, task.last, end - begin, headDim, out, some) : 0;
    for (int64_t q = 0; q < some; q++) {
      if (whole < headDim) addRange(j + q, begin, end, whole);
      addRange(j + q, end > begin ? end : begin, rangeOf((j + q) / group).end, 0);
    }
  }
}

/**
 * softmax(qK^T / sqrt(d)) V for query tokens [token, token + count) of one row and one kv head. The first of them sees `seen` tokens, each
 * next one more; in pages each sees those that had left the window when it came.
 * @param scores room for count * group * (seen + count) floats
 * @param decoded room for a page
 */
void attend(const AttentionJob& job, const AttentionTask& one, float* scores, float* decoded) {
  const QueryTask task(job, one);
  const HeadTokens keys = {job, job.keys, task.keys, task.kvHead, job.keys.settledAfter(task.last)};
  const HeadTokens values = {job, job.values, task.values, task.kvHead, job.values.settledAfter(task.last)};

  const auto score = [&](const float* piece, int64_t first, int64_t held, int64_t from, int64_t to) {
    if (job.cosines) piece = rotateKeys(job, piece, first, held, decoded);
    scorePiece(task, piece, first, held, from, to, scores);
  };
  for (int64_t first = 0, held = 0; first < keys.settled; first += held) {
    held = keys.count(first, keys.settled);
    // codes are asked for a page ahead, whose keys, values or head it may be
    if (first + held < keys.settled) keys.ask(first + held, task.kvHead);
    else values.ask(0, task.kvHead);
    const float* page = keys.page(first, held, decoded);
    if (job.keys.bits == 32) fetch(page, (held < W ? held : W) * job.headDim);
    score(page, first, held, 0, task.count);
  }
  const auto scoreWindow = [&](int64_t first, int64_t end, int64_t from, int64_t to) {
    for (int64_t held = 0; first < end; first += held) {
      held = keys.count(first, end);
      score(keys.window(first), first, held, from, to);
    }
  };
  // what the last query token sees in pages, and others do not yet
  for (int64_t q = 0, to = 0; keys.half.window && q < task.count; q = to) {
    const int64_t settled = job.keys.settledAfter(task.seen + q);
    while (to < task.count && job.keys.settledAfter(task.seen + to) == settled) to++;
    scoreWindow(settled, keys.settled, q, to);
  }
  scoreWindow(keys.settled, task.last, 0, task.count);

  int64_t settled[queryTokens];
  for (int64_t q = 0; q < task.count; q++) {
    settled[q] = job.values.settledAfter(task.seen + q);
    for (int64_t g = 0; g < task.group; g++) {
      softmaxInPlace(scores + (q * task.group + g) * task.last, task.seen + q, task.exact);
      memset(job.output + task.at + q * task.width + g * job.headDim, 0, job.headDim * sizeof(float));
    }
  }
  for (int64_t first = 0, held = 0; first < values.settled; first += held) {
    held = values.count(first, values.settled);
    if (first + held < values.settled) values.ask(first + held, task.kvHead);
    else if (task.kvHead + 1 < job.kvHeads) keys.ask(0, task.kvHead + 1);
    addPiece(task, values.page(first, held, decoded), first, scores, [&](int64_t q) { return PieceRange(first, settled[q], first, held); });
  }
  for (int64_t first = settled[0], held = 0; values.half.window && first < task.last; first += held) {
    held = values.count(first, task.last);
    addPiece(task, values.window(first), first, scores, [&](int64_t q) { return PieceRange(settled[q], task.seen + q, first, held); });
  }
}

}  // namespace
