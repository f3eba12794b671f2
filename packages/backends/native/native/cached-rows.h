// The rows of a batch and where the cache keeps their tokens: what a call hands over, checked; then tokens are written there, and
// attention reads them.
#pragma once
#include "calls.h"

/** Consecutive tokens of one row within a batch: [token, token + count), after `before` tokens that the row holds already. */
struct CachedRow {
  int64_t token, count, before;
  const int32_t* keyPages;
  const int32_t* valuePages;
};

/** Integers that describe how keys or values lie in their pages. */
constexpr int64_t partIntegers = 11;

/**
 * Reads partIntegers: bits (32 = floats), group, CodeKind, bytes of a token, bytes of a head, offset of the grids, whether ranges
 * are min-max, the bits of two floats, the ratios by which ranges shrink below and above, FloatElement and FloatScale. Throws in
 * JavaScript and returns false for nonsense.
 */
bool readPart(Call& call, const int32_t* described, CachePart& part);

/**
 * Reads `count` rows of four integers (tokens of the batch, tokens of the row before them, first key page and first value page
 * within `pages`) and checks that all of them, those of the batch too, have their places within the memory.
 */
bool readCacheRows(Call& call, const CacheLayout& layout, Span<uint8_t> memory, Span<int32_t> pages, const int32_t* described, int64_t count, std::vector<CachedRow>& rows);

/**
 * Reads what storing and attending take alike: arguments 2 to 6 (memory, pages, rows, keys, values), and from `shape` on the
 * layout's kv heads, channels of a head and tokens of a page. @return tokens of the batch
 */
int64_t readBatch(Call& call, int shape, CacheLayout& layout, std::vector<CachedRow>& rows);

/** Writes the batch's tokens behind those that the rows hold. */
void storeTokens(State& state, const StoreJob& job, const std::vector<CachedRow>& rows);

/** Makes room for what {@link attendRows} keeps of a row; false where that is more than a thread may have, or than there is. */
bool reserveScores(State& state, const CacheLayout& layout, int64_t heads, const std::vector<CachedRow>& rows);

/** Attention of all rows, whose keys and values are in the cache. */
void attendRows(State& state, const AttentionJob& job, const std::vector<CachedRow>& rows);
