// Attention of many query tokens that come together, a prompt's or a calibration text's: tiles of queries against tiles of keys
// and values, so that what is loaded is used several times. Scores are sums in float64, one over the channels in order.
#pragma once
#include "vector.h"

namespace {

/** Channels of a head that tiles are made for; larger heads are scored key by key. */
constexpr int64_t tiledHead = 128;
constexpr int64_t keysOfTile = 2 * D;
static_assert(keysOfTile == W, "a tile is as many keys as a register has floats");
/** Keys that are widened together: with their channels as large as the first two caches like it. */
constexpr int64_t keysOfBlock = 64;
constexpr int queriesOfTile = W == 16 ? 8 : W == 8 ? 6 : 4;

/** Where the queries of a task stand: query j is token j / group, head j % group. */
struct TaskQueries {
  int64_t count, group;
  int64_t tokenRow, headRow;  // from one token to the next, from one head to the next
  int64_t at(int64_t j) const { return j / group * tokenRow + j % group * headRow; }
};

/** Keys [count, depth] in tiles [depth][2 D], zeros beyond the last key. */
THINKBITS_INLINE void widenKeys(const float* keys, int64_t count, int64_t depth, double* out) {
  for (int64_t first = 0; first < count; first += keysOfTile, out += depth * keysOfTile) {
    const int64_t held = count - first < keysOfTile ? count - first : keysOfTile;
    if (held < keysOfTile) memset(out, 0, depth * keysOfTile * sizeof(double));
    const float* from = keys + first * depth;
    int64_t i = 0;
    for (; i + W <= depth; i += W) {
      Vector block[W];
      for (int t = 0; t < W; t++) block[t] = t < held ? load(from + t * depth + i) : Vector{};
      transposeBlock(block);
      for (int channel = 0; channel < W; channel++) {
        float values[W];
        store(values, block[channel]);
        for (int half = 0; half < W; half += D) {
          const DoubleVector wide = widen(values + half);
          memcpy(out + (i + channel) * keysOfTile + half, &wide, sizeof wide);
        }
      }
    }
    for (; i < depth; i++)
      for (int64_t t = 0; t < held; t++) out[i * keysOfTile + t] = from[t * depth + i];
  }
}

/** scores [Q, up to 2 D] = scale * queries [Q, depth] * one tile of keys. */
template <int Q>
void scoreTile(const double* queries, const double* keys, int64_t depth, double scale, float* scores, int64_t scoreRow, int64_t count) {
  DoubleVector left[Q] = {}, right[Q] = {};
  for (int64_t i = 0; i < depth; i++, keys += keysOfTile) {
    const DoubleVector k0 = loadDoubles(keys), k1 = loadDoubles(keys + D);
#pragma GCC unroll 8
    for (int q = 0; q < Q; q++) {
      const DoubleVector x = splatDoubles(queries[q * tiledHead + i]);
      left[q] += x * k0;
      right[q] += x * k1;
    }
  }
#pragma GCC unroll 8
  for (int q = 0; q < Q; q++) {
    float rounded[keysOfTile];
    storeRounded(rounded, left[q] * scale);
    storeRounded(rounded + D, right[q] * scale);
    // of a size that is known nearly always: no call
    if (count >= keysOfTile) memcpy(scores + q * scoreRow, rounded, sizeof rounded);
    else memcpy(scores + q * scoreRow, rounded, count * sizeof(float));
  }
}

typedef void (*ScoreTile)(const double*, const double*, int64_t, double, float*, int64_t, int64_t);
constexpr ScoreTile scoreTiles[9] = {nullptr,      scoreTile<1>, scoreTile<2>, scoreTile<3>, scoreTile<4>,
                                     scoreTile<5>, scoreTile<6>, scoreTile<7>, scoreTile<8>};

/** scores [queries, held] of all queries of a task against keys [held, depth]; those that a query must not see as well. */
void scoreTogether(const float* query, const TaskQueries& queries, const float* keys, int64_t held, int64_t depth, float scale, float* scores, int64_t scoreRow) {
  double widened[keysOfBlock * tiledHead], wideQueries[queriesOfTile * tiledHead];
  for (int64_t first = 0; first < held; first += keysOfBlock) {
    const int64_t count = held - first < keysOfBlock ? held - first : keysOfBlock;
    widenKeys(keys + first * depth, count, depth, widened);
    for (int64_t j = 0; j < queries.count; j += queriesOfTile) {
      const int64_t some = queries.count - j < queriesOfTile ? queries.count - j : queriesOfTile;
      for (int64_t q = 0; q < some; q++) {
        const float* from = query + queries.at(j + q);
        for (int64_t i = 0; i < depth; i++) wideQueries[q * tiledHead + i] = from[i];
      }
      for (int64_t t = 0; t < count; t += keysOfTile)
        scoreTiles[some](wideQueries, widened + t * depth, depth, scale, scores + j * scoreRow + first + t, scoreRow, count - t);
    }
  }
}

/** out [Q, 2 W] += weights [Q, count] * values [count, 2 W], token after token. */
template <int Q>
void valueTile(const float* values, int64_t valueRow, const float* weights, int64_t weightRow, int64_t count, float* const* out, int64_t column) {
  Vector left[Q], right[Q];
#pragma GCC unroll 8
  for (int q = 0; q < Q; q++) {
    left[q] = load(out[q] + column);
    right[q] = load(out[q] + column + W);
  }
  for (int64_t t = 0; t < count; t++, values += valueRow) {
    const Vector v0 = load(values), v1 = load(values + W);
#pragma GCC unroll 8
    for (int q = 0; q < Q; q++) {
      const Vector weight = splat(weights[q * weightRow + t]);
      left[q] += weight * v0;
      right[q] += weight * v1;
    }
  }
#pragma GCC unroll 8
  for (int q = 0; q < Q; q++) {
    store(out[q] + column, left[q]);
    store(out[q] + column + W, right[q]);
  }
}

typedef void (*ValueTile)(const float*, int64_t, const float*, int64_t, int64_t, float* const*, int64_t);
constexpr ValueTile valueTiles[9] = {nullptr,      valueTile<1>, valueTile<2>, valueTile<3>, valueTile<4>,
                                     valueTile<5>, valueTile<6>, valueTile<7>, valueTile<8>};

/** Adds the first `count` values to up to {@link queriesOfTile} outputs, in whole registers; returns how many channels that were. */
THINKBITS_INLINE int64_t addValuesTogether(const float* values, const float* weights, int64_t weightRow, int64_t count, int64_t depth, float* const* out, int64_t queries) {
  int64_t column = 0;
  for (; column + 2 * W <= depth; column += 2 * W) valueTiles[queries](values + column, depth, weights, weightRow, count, out, column);
  return column;
}

}  // namespace
