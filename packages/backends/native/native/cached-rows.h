// The rows of a batch and where the cache keeps their tokens: what a call hands over, checked; then tokens are written there, and
// attention reads them.
#pragma once
#include "calls.h"

/** Consecutive tokens of one row within a batch: [token, token + count), after `before` tokens that the row held already. */
struct CachedRow {
  int64_t token, count, before;
  CachedHalf keys, values;
};

/** Integers that describe how keys or values lie in their pages, and a row. */
constexpr int64_t partIntegers = 16, rowIntegers = 9;

/**
 * Reads how keys and values lie, {@link partIntegers} each (see readPart in kv-store-calls.cc), for the heads of a layout, and finds
 * grids that all tokens share in the memory. Throws in JavaScript and returns false for nonsense.
 */
bool readLayout(Call& call, const int32_t* keys, const int32_t* values, Span<uint8_t> memory, CacheLayout& layout);

/**
 * Reads `count` rows of {@link rowIntegers}: the first token within the batch, tokens of the batch, tokens of the row before them; then of
 * keys and of values the first page within `pages`, the address of the first token that waits in the window, and the floats from a head of
 * it to the next. Checks that all tokens, those of the batch too, have their places within the memory.
 */
bool readCacheRows(Call& call, const CacheLayout& layout, Span<uint8_t> memory, Span<int32_t> pages, const int32_t* described, int64_t count, std::vector<CachedRow>& rows);

/**
 * Reads what storing and attending take alike: arguments 2 to 6 (memory, pages, rows, keys, values), and from `shape` on the
 * layout's kv heads and channels of a head. @return tokens of the batch
 */
int64_t readBatch(Call& call, int shape, CacheLayout& layout, std::vector<CachedRow>& rows);

/** Has keys rotated as they are read, by angles [positions, headDim / 2] that have to reach the last token of every row. */
bool rotateOnRead(Call& call, CacheLayout& layout, Span<float> cosines, Span<float> sines, const std::vector<CachedRow>& rows);

/** Writes the batch's tokens behind those that the rows hold, and those that leave a window into pages. */
void storeTokens(State& state, const StoreJob& job, const std::vector<CachedRow>& rows);

/** Makes room for what {@link attendRows} keeps of a row; false where that is more than a thread may have, or than there is. */
bool reserveScores(State& state, const CacheLayout& layout, int64_t heads, const std::vector<CachedRow>& rows);

/** Attention of all rows, whose keys and values are in the cache. */
void attendRows(State& state, const AttentionJob& job, const std::vector<CachedRow>& rows);
