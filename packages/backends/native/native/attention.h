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

/** The tokens of one row and kv head that a task reads, piece by piece: of a page, or of the window behind the pages. */
struct Pieces {
  const AttentionJob& job;
  const CachePart& part;
  const CachedHalf& half;
  int64_t kvHead, end;

  /** Tokens of the piece that begins with token `first`. */
  int64_t count(int64_t first) const {
    const int64_t rest = (first < half.settled && half.settled < end ? half.settled : end) - first;
    return rest < part.pageTokens ? rest : part.pageTokens;
  }
  /** They as floats [count, headDim]: in place, or decoded. */
  const float* read(int64_t first, int64_t count, float* decoded) const {
    if (first >= half.settled) return half.window + kvHead * half.windowRow + (first - half.waiting) * job.headDim;
    const uint8_t* head = headOfPage(part, job.memory, half.pages[first / part.pageTokens], kvHead);
    if (part.bits == 32) return reinterpret_cast<const float*>(head);
    decodePage(part, head, kvHead, job.kvHeads, job.headDim, count, decoded);
    return decoded;
  }
  /** Asks for the codes of a piece before they are read. */
  void ask(int64_t first, int64_t ofHead) const {
    if (part.bits == 32 || first >= end || first >= half.settled) return;
    fetchCodes(part, headOfPage(part, job.memory, half.pages[first / part.pageTokens], ofHead), job.headDim, count(first));
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

/**
 * softmax(qK^T / sqrt(d)) V for query tokens [task.token, task.token + task.count) of one row and one kv head. The first of them
 * sees `task.seen` tokens, each next one more.
 * @param scores room for count * group * (seen + count) floats
 * @param decoded room for a page
 */
void attend(const AttentionJob& job, const AttentionTask& task, float* scores, float* decoded) {
  const int64_t headDim = job.headDim, group = job.heads / job.kvHeads, width = job.heads * headDim;
  const int64_t last = task.seen + task.count - 1;
  const float scale = static_cast<float>(1.0 / __builtin_sqrt(static_cast<double>(headDim)));
  const int64_t at = task.token * width + task.kvHead * group * headDim;
  const Pieces allKeys = {job, job.keys, task.keys, task.kvHead, last}, allValues = {job, job.values, task.values, task.kvHead, last};
  const bool tiled = task.exact && headDim <= tiledHead;
  const TaskQueries queries = {task.count * group, group, width, headDim};
  for (int64_t first = 0, held = 0; first < last; first += held) {
    held = allKeys.count(first);
    // codes are asked for a page ahead, whose keys, values or head it may be
    if (first + held < last) allKeys.ask(first + held, task.kvHead);
    else allValues.ask(0, task.kvHead);
    const float* keys = allKeys.read(first, held, decoded);
    if (job.cosines) keys = rotateKeys(job, keys, first, held, decoded);
    if (job.keys.bits == 32) fetch(keys, (held < W ? held : W) * headDim);
    if (tiled) {
      scoreTogether(job.query + at, queries, keys, held, headDim, scale, scores + first, last);
      continue;
    }
    for (int64_t q = 0; q < task.count; q++) {
      const int64_t count = task.seen + q - first < held ? task.seen + q - first : held;
      for (int64_t g = 0; g < group; g++) {
        const float* query = job.query + at + q * width + g * headDim;
        float* to = scores + (q * group + g) * last + first;
        if (task.exact)
          scoreKeysExactly(query, keys, count, headDim, scale, to);
        else
          scoreKeys(query, keys, count, headDim, scale, to, q == 0 && g == 0);
      }
    }
  }
  for (int64_t q = 0; q < task.count; q++)
    for (int64_t g = 0; g < group; g++) {
      softmaxInPlace(scores + (q * group + g) * last, task.seen + q, task.exact);
      memset(job.output + at + q * width + g * headDim, 0, headDim * sizeof(float));
    }
  for (int64_t first = 0, held = 0; first < last; first += held) {
    held = allValues.count(first);
    if (first + held < last) allValues.ask(first + held, task.kvHead);
    else if (task.kvHead + 1 < job.kvHeads) allKeys.ask(0, task.kvHead + 1);
    const float* values = allValues.read(first, held, decoded);
    const auto seenOf = [&](int64_t j) {
      const int64_t seen = task.seen + j / group - first;
      return seen < 0 ? 0 : (seen < held ? seen : held);
    };
    for (int64_t j = 0; tiled && j < queries.count; j += queriesOfTile) {
      const int64_t some = queries.count - j < queriesOfTile ? queries.count - j : queriesOfTile;
      float* out[queriesOfTile];
      for (int64_t q = 0; q < some; q++) out[q] = job.output + at + queries.at(j + q);
      const float* weights = scores + j * last + first;
      // what the first of them sees they all see
      const int64_t common = seenOf(j), whole = addValuesTogether(values, weights, last, common, headDim, out, some);
      for (int64_t q = 0; q < some; q++) {
        if (whole < headDim) addValues(values, weights + q * last, common, headDim, out[q], whole);
        addValues(values + common * headDim, weights + q * last + common, seenOf(j + q) - common, headDim, out[q]);
      }
    }
    for (int64_t q = 0; q < task.count && !tiled; q++) {
      const int64_t count = task.seen + q - first < held ? task.seen + q - first : held;
      if (count <= 0) continue;
      for (int64_t g = 0; g < group; g++)
        addValues(values, scores + (q * group + g) * last + first, count, headDim, job.output + at + q * width + g * headDim);
    }
  }
}

}  // namespace
