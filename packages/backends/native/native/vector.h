// The vector type of one instruction set. Kernels are written once over it and compiled once per set (scripts/build-addon.mjs);
// GCC and Clang lower the operators to the widest registers that the file's target options allow.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
#define THINKBITS_WIDTH 16
#elif defined(__AVX2__)
#define THINKBITS_WIDTH 8
#else
#define THINKBITS_WIDTH 4
#endif

#define THINKBITS_INLINE static inline __attribute__((always_inline))

namespace {

/** Floats in a register. */
constexpr int W = THINKBITS_WIDTH;

typedef float Vector __attribute__((vector_size(W * 4)));
typedef int32_t IntVector __attribute__((vector_size(W * 4)));
typedef uint32_t WordVector __attribute__((vector_size(W * 4)));
typedef float UnalignedVector __attribute__((vector_size(W * 4), aligned(4), may_alias));
typedef uint32_t UnalignedWords __attribute__((vector_size(W * 4), aligned(4), may_alias));

THINKBITS_INLINE Vector load(const float* from) { return *reinterpret_cast<const UnalignedVector*>(from); }
THINKBITS_INLINE void store(float* to, Vector value) { *reinterpret_cast<UnalignedVector*>(to) = value; }
THINKBITS_INLINE WordVector loadWords(const uint32_t* from) { return *reinterpret_cast<const UnalignedWords*>(from); }
/** Asks for [from, from + count) before it is read: what lies in blocks is no stream that a processor foresees. */
THINKBITS_INLINE void fetch(const float* from, int64_t count) {
  for (int64_t i = 0; i < count; i += 16) __builtin_prefetch(from + i, 0, 2);
}
THINKBITS_INLINE Vector splat(float value) { return value - Vector{}; }
THINKBITS_INLINE Vector toFloat(IntVector value) { return __builtin_convertvector(value, Vector); }
THINKBITS_INLINE IntVector toInt(Vector value) { return __builtin_convertvector(value, IntVector); }
/** The nearest integers, halves to even. */
THINKBITS_INLINE IntVector roundToInt(Vector value) {
#if defined(__AVX512F__)
  return (IntVector)_mm512_cvtps_epi32((__m512)value);
#elif defined(__AVX2__)
  return (IntVector)_mm256_cvtps_epi32((__m256)value);
#elif defined(__aarch64__)
  return (IntVector)vcvtnq_s32_f32((float32x4_t)value);
#else
  IntVector result;
  for (int i = 0; i < W; i++) result[i] = static_cast<int32_t>(__builtin_rintf(value[i]));
  return result;
#endif
}

/**
 * a * b + c, rounded once where the set has an instruction for that. Whether a compiler makes one of the plain expression depends on what
 * stands around it; where different functions have to give the same bits, this says it.
 */
THINKBITS_INLINE Vector multiplyAdd(Vector a, Vector b, Vector c) {
#if defined(__AVX512F__)
  return (Vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__AVX2__)
  return (Vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__aarch64__)
  return (Vector)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  return a * b + c;
#endif
}

typedef std::make_integer_sequence<int, W> Lanes;

template <int Step, class F, int... L>
THINKBITS_INLINE int32_t foldFrom(IntVector v, F f, std::integer_sequence<int, L...> lanes) {
  v = f(v, __builtin_shufflevector(v, v, (L ^ Step)...));
  if constexpr (Step > 1) return foldFrom<Step / 2>(v, f, lanes);
  return v[0];
}

/** f(f(lane, lane), ...) of all lanes, for an f of vectors that does not mind their order. */
template <class F>
THINKBITS_INLINE int32_t foldLanes(IntVector v, F f) { return foldFrom<W / 2>(v, f, Lanes{}); }

/** Lanes whose number has the bit `Step` come from b, the others from a; to each is added the one `Step` lanes away. */
template <int Step, int... L>
THINKBITS_INLINE Vector foldPair(Vector a, Vector b, std::integer_sequence<int, L...>) {
  return __builtin_shufflevector(a, b, ((L & Step) ? W + L : L)...) + __builtin_shufflevector(a, b, ((L & Step) ? W + (L ^ Step) : (L ^ Step))...);
}

template <int Step>
THINKBITS_INLINE Vector foldAll(Vector* v) {
  for (int i = 0; i < Step; i++) v[i] = foldPair<Step>(v[i], v[i + Step], Lanes{});
  if constexpr (Step > 1) return foldAll<Step / 2>(v);
  return v[0];
}

/** Lane l of the result is the sum of the lanes of vector l; v [W] is used up. */
THINKBITS_INLINE Vector sumEach(Vector* v) { return foldAll<W / 2>(v); }

/** The lanes added up, in the order in which {@link sumEach} adds them. */
THINKBITS_INLINE float sumLanes(Vector v) {
  float lanes[W];
  memcpy(lanes, &v, sizeof lanes);
  for (int step = W / 2; step > 0; step /= 2)
    for (int i = 0; i < step; i++) lanes[i] += lanes[i + step];
  return lanes[0];
}

/** Lanes of a whose number lacks the bit `Step`, and between them those of b without it. */
template <int Step, int... L>
THINKBITS_INLINE Vector lowHalves(Vector a, Vector b, std::integer_sequence<int, L...>) {
  return __builtin_shufflevector(a, b, ((L & Step) ? W + (L ^ Step) : L)...);
}
/** The same of the lanes that have it. */
template <int Step, int... L>
THINKBITS_INLINE Vector highHalves(Vector a, Vector b, std::integer_sequence<int, L...>) {
  return __builtin_shufflevector(a, b, ((L & Step) ? W + L : (L ^ Step))...);
}

/** Lane j of vector i changes places with lane i of vector j; v [W]. */
template <int Step = W / 2>
THINKBITS_INLINE void transposeBlock(Vector* v) {
  for (int i = 0; i < W; i++) {
    if (i & Step) continue;
    const Vector a = v[i], b = v[i + Step];
    v[i] = lowHalves<Step>(a, b, Lanes{});
    v[i + Step] = highHalves<Step>(a, b, Lanes{});
  }
  if constexpr (Step > 1) transposeBlock<Step / 2>(v);
}

/** The nearest bfloat16 of each lane, in its upper half. */
THINKBITS_INLINE WordVector roundUpper(Vector value) {
  const WordVector bits = (WordVector)value;
  const WordVector rounded = bits + 0x7fffu + (bits >> 16 & 1u);
  return (value == value ? rounded : bits | 0x400000u) & 0xffff0000u;
}

/** Doubles in a register. */
constexpr int D = W / 2;

typedef double DoubleVector __attribute__((vector_size(W * 4)));
typedef double UnalignedDoubles __attribute__((vector_size(W * 4), aligned(8), may_alias));
typedef uint64_t LongVector __attribute__((vector_size(W * 4)));
typedef float HalfVector __attribute__((vector_size(W * 2)));

THINKBITS_INLINE DoubleVector loadDoubles(const double* from) { return *reinterpret_cast<const UnalignedDoubles*>(from); }
THINKBITS_INLINE DoubleVector splatDoubles(double value) { return value - DoubleVector{}; }
THINKBITS_INLINE DoubleVector widen(const float* from) {
  HalfVector narrow;
  memcpy(&narrow, from, sizeof narrow);
  return __builtin_convertvector(narrow, DoubleVector);
}
THINKBITS_INLINE void storeRounded(float* to, DoubleVector value) {
  const HalfVector rounded = __builtin_convertvector(value, HalfVector);
  memcpy(to, &rounded, sizeof rounded);
}

THINKBITS_INLINE Vector maximum(Vector a, Vector b) { return a > b ? a : b; }
THINKBITS_INLINE Vector minimum(Vector a, Vector b) { return a < b ? a : b; }

/** e^x to about one unit in the last place for x in [-87, 88], clamped outside: 2^n * e^r with |r| <= ln 2 / 2. */
THINKBITS_INLINE Vector exponential(Vector x) {
  x = minimum(maximum(x, splat(-87.0f)), splat(88.0f));
  const Vector magic = splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const Vector n = (x * splat(1.44269504088896f) + magic) - magic;
  // ln 2 in two parts, so that n * ln 2 is exact enough
  Vector r = x - n * splat(0.693359375f);
  r = r - n * splat(-2.12194440e-4f);
  Vector p = splat(1.0f / 5040);
  p = p * r + splat(1.0f / 720);
  p = p * r + splat(1.0f / 120);
  p = p * r + splat(1.0f / 24);
  p = p * r + splat(1.0f / 6);
  p = p * r + splat(0.5f);
  p = p * r + splat(1.0f);
  p = p * r + splat(1.0f);
  const IntVector power = (toInt(n) + 127) << 23;
  Vector scale;
  memcpy(&scale, &power, sizeof scale);
  return p * scale;
}

}  // namespace
