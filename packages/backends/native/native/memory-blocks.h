// Memory of the addon's own, aligned, and in large pages where it is much: a product goes over megabytes row after row, and every page
// of 4 KiB on the way is one more to look up.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <memory>
#if defined(__linux__)
#include <sys/mman.h>
#elif defined(_WIN32)
#include <malloc.h>
#endif

constexpr int64_t largePage = int64_t{1} << 21;

/** Asks for large pages where whole ones lie within the block, and the system has them; what was written before stays where it is. */
inline void preferLargePages(void* block, int64_t bytes) {
#if defined(__linux__)
  const uintptr_t begin = reinterpret_cast<uintptr_t>(block), first = (begin + largePage - 1) / largePage * largePage;
  const uintptr_t last = (begin + bytes) / largePage * largePage;
  if (last > first) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#else
  (void)block;
  (void)bytes;
#endif
}

/** Memory for so many bytes at least, and 64 more, in large pages where it is many; null where there is none. To be given to freeBlock. */
inline void* allocateBlock(int64_t bytes) {
  const int64_t alignment = bytes >= largePage ? largePage : 64;
  const int64_t size = (bytes + 64 + alignment - 1) / alignment * alignment;
#if defined(_WIN32)
  void* block = _aligned_malloc(size, alignment);
#else
  void* block = aligned_alloc(alignment, size);
#endif
  if (block) preferLargePages(block, size);
  return block;
}

inline void freeBlock(void* block) {
#if defined(_WIN32)
  _aligned_free(block);
#else
  free(block);
#endif
}

struct BlockFreed {
  void operator()(void* block) const { freeBlock(block); }
};
/** Floats in a block of their own. */
using FloatBlock = std::unique_ptr<float, BlockFreed>;

/** A block of so many floats, undefined; null where there is no memory. */
inline FloatBlock allocateFloats(int64_t count) { return FloatBlock(static_cast<float*>(allocateBlock(count * static_cast<int64_t>(sizeof(float))))); }
