// The registers of Intel AMX, eight tiles of up to 16 rows of 64 bytes, and the few instructions that products need. Instructions stand
// here as assembly: the intrinsics of GCC 12 do not say what memory they read, so that it may leave out what was written there.
//
// With THINKBITS_EMULATE_TILES (tests alone, scripts/build-addon.mjs) they are software, step by step as the "Operation" of each
// instruction in Intel's Software Developer's Manual, volume 2, has it; what would be an invalid opcode ends the process.
#pragma once
#include <cstdint>
#include <cstring>

#if defined(THINKBITS_EMULATE_TILES)
#include <immintrin.h>
#include "vector.h"
#endif

namespace {

/** Shapes of tiles as ldtilecfg reads them: bytes of a row, and rows, both by register. */
struct TileShapes {
  uint8_t palette = 1, startRow = 0, reserved[14] = {};
  uint16_t rowBytes[16] = {};
  uint8_t rows[16] = {};
};
static_assert(sizeof(TileShapes) == 64, "a configuration of tiles has 64 bytes");

#if !defined(THINKBITS_EMULATE_TILES)

/** Gives all tiles shapes, and zeros them. */
inline void shapeTiles(const TileShapes& shapes) { asm volatile("ldtilecfg %0" ::"m"(shapes)); }

/** Gives all tiles up, so that the system need not keep them for a thread. */
inline void releaseTiles() { asm volatile("tilerelease"); }

template <int T>
inline void zeroTile() {
  asm volatile("tilezero %%tmm%c0" ::"i"(T));
}

/** @param stride bytes from a row to the next */
template <int T>
inline void loadTile(const void* from, int64_t stride) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(stride), "i"(T) : "memory");
}

template <int T>
inline void storeTile(void* to, int64_t stride) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(stride), "i"(T) : "memory");
}

/** C [rows][n] += sum over k and j of A [rows][k][j] * B [k][n][j]: signed bytes, four to a j, sums of 32 bits. */
template <int C, int A, int B>
inline void addByteProducts() {
  asm volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(C), "i"(A), "i"(B));
}

/** The same of bfloat16, two to a j; sums are float32: of j = 0 and of j = 1 in the order of k, then both, then added to C. */
template <int C, int A, int B>
inline void addPairProducts() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(C), "i"(A), "i"(B));
}

#else

struct EmulatedTile {
  uint8_t bytes[16][64];
};

thread_local TileShapes tileShapes;
thread_local EmulatedTile emulated[8];

inline void requireTiles(bool valid) {
  if (!valid) __builtin_trap();
}

inline void shapeTiles(const TileShapes& shapes) {
  requireTiles(shapes.palette == 1 && shapes.startRow == 0);
  for (int t = 0; t < 16; t++) requireTiles(t < 8 ? shapes.rows[t] <= 16 && shapes.rowBytes[t] <= 64 : shapes.rows[t] == 0 && shapes.rowBytes[t] == 0);
  tileShapes = shapes;
  memset(emulated, 0, sizeof emulated);
}

inline void releaseTiles() {
  tileShapes = TileShapes{};
  memset(emulated, 0, sizeof emulated);
}

template <int T>
void zeroTile() {
  requireTiles(tileShapes.rows[T] > 0);
  memset(&emulated[T], 0, sizeof emulated[T]);
}

template <int T>
void loadTile(const void* from, int64_t stride) {
  zeroTile<T>();
  for (int row = 0; row < tileShapes.rows[T]; row++) memcpy(emulated[T].bytes[row], static_cast<const uint8_t*>(from) + row * stride, tileShapes.rowBytes[T]);
}

template <int T>
void storeTile(void* to, int64_t stride) {
  requireTiles(tileShapes.rows[T] > 0);
  for (int row = 0; row < tileShapes.rows[T]; row++) memcpy(static_cast<uint8_t*>(to) + row * stride, emulated[T].bytes[row], tileShapes.rowBytes[T]);
}

/** Refuses a product of tiles whose shapes do not fit. */
inline void requireShapes(int c, int a, int b) {
  requireTiles(c != a && c != b && a != b && tileShapes.rows[a] > 0 && tileShapes.rows[b] > 0);
  requireTiles(tileShapes.rows[c] == tileShapes.rows[a] && tileShapes.rowBytes[c] == tileShapes.rowBytes[b]);
  requireTiles(tileShapes.rowBytes[a] == 4 * tileShapes.rows[b] && tileShapes.rowBytes[c] % 4 == 0);
}

// Products of rows touch nothing but registers whose shapes were looked at, and are most of the time that tests take.
#if defined(__clang__)
#define THINKBITS_EMULATION __attribute__((noinline, no_sanitize("address", "undefined")))
#else
#define THINKBITS_EMULATION __attribute__((noinline, no_sanitize("address", "undefined"), optimize("O3")))
#endif

THINKBITS_EMULATION void addByteRow(const uint8_t* a, int steps, const EmulatedTile& b, int columns, uint8_t* c) {
  int32_t sums[16];
  memcpy(sums, c, sizeof sums);
  for (int k = 0; k < steps; k++)
    for (int n = 0; n < columns; n++)
      for (int j = 0; j < 4; j++) sums[n] += static_cast<int8_t>(a[4 * k + j]) * static_cast<int8_t>(b.bytes[k][4 * n + j]);
  memcpy(c, sums, sizeof sums);
}

template <int C, int A, int B>
void addByteProducts() {
  requireShapes(C, A, B);
  for (int m = 0; m < tileShapes.rows[C]; m++) addByteRow(emulated[A].bytes[m], tileShapes.rowBytes[A] / 4, emulated[B], tileShapes.rowBytes[C] / 4, emulated[C].bytes[m]);
}

/** Rounds to the nearest and takes denormals for zeros, whatever a thread has chosen, as the instruction does. */
class FlushDenormals {
 public:
  FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(0x9fc0); }
  ~FlushDenormals() { _mm_setcsr(before_); }

 private:
  unsigned before_;
};

/** Float32s of a row of pairs: the first of each pair, then the second. */
THINKBITS_INLINE void widenPairs(const uint8_t* row, float (*out)[16]) {
  for (int i = 0; i < 32; i++) {
    uint16_t half;
    memcpy(&half, row + 2 * i, sizeof half);
    const uint32_t bits = static_cast<uint32_t>(half) << 16;
    memcpy(&out[i % 2][i / 2], &bits, sizeof bits);
  }
}

/** Not inlined, also so that no arithmetic moves out of where denormals are flushed. */
THINKBITS_EMULATION void addPairRow(const uint8_t* a, int steps, const EmulatedTile& b, int columns, uint8_t* c) {
  float left[2][16], sums[16], temporary[2][16] = {};
  memcpy(sums, c, sizeof sums);
  widenPairs(a, left);
  for (int k = 0; k < steps; k++) {
    float right[2][16];
    widenPairs(b.bytes[k], right);
    for (int j = 0; j < 2; j++)
      for (int n = 0; n < columns; n++) temporary[j][n] = __builtin_fmaf(left[j][k], right[j][n], temporary[j][n]);
  }
  for (int n = 0; n < columns; n++) sums[n] += temporary[0][n] + temporary[1][n];
  memcpy(c, sums, sizeof sums);
}

template <int C, int A, int B>
void addPairProducts() {
  requireShapes(C, A, B);
  const FlushDenormals flush;
  for (int m = 0; m < tileShapes.rows[C]; m++) addPairRow(emulated[A].bytes[m], tileShapes.rowBytes[A] / 4, emulated[B], tileShapes.rowBytes[C] / 4, emulated[C].bytes[m]);
}

#endif

}  // namespace
