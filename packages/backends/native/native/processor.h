// What this processor has, and the system keeps for a process, of the instructions that sets of kernels are compiled for. Asked of the
// processor itself: the runtime libraries that some compilers link answer __builtin_cpu_supports with no, whatever it is.
#pragma once

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#include <cstddef>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

/** Instructions by name; what an architecture lacks is false there. */
struct Processor {
  bool avx2 = false;      // with FMA
  bool avxVnni = false;
  bool avx512 = false;    // F, BW, VL and DQ
  bool avx512Vnni = false;
  bool avx512Bf16 = false;
  bool amx = false;       // tiles, of bytes and of bfloat16, beside AVX512_VNNI
  bool dotProduct = false;  // FEAT_DotProd of ARM
};

/** Asks anew at every call. */
inline Processor askProcessor() {
  Processor has;
#if defined(__x86_64__)
  const auto all = [](unsigned word, unsigned bits) { return (word & bits) == bits; };
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned fma = 1u << 12, osxsave = 1u << 27, avx = 1u << 28;
  if (!__get_cpuid_count(1, 0, &a, &b, &c, &d) || !all(c, fma | osxsave | avx)) return has;
  // the halves of registers that the system saves: 16 bytes (bit 1), 32 (bit 2), masks and 64 (bits 5 to 7); shapes of tiles (bit 17) and tiles (bit 18)
  unsigned saved, high;
  asm volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
  unsigned leafA = 0, leafB = 0, leafC = 0, leafD = 0;
  if (!all(saved, 0x6) || !__get_cpuid_count(7, 0, &leafA, &leafB, &leafC, &leafD)) return has;
  a = 0;
  if (leafA >= 1) __get_cpuid_count(7, 1, &a, &b, &c, &d);
  has.avx2 = all(leafB, 1u << 5);
  has.avxVnni = has.avx2 && all(a, 1u << 4);
#if defined(__APPLE__)
  const bool saves512 = true;  // macOS begins to save them when a process first uses them
#else
  const bool saves512 = all(saved, 0xe6);
#endif
  has.avx512 = has.avx2 && saves512 && all(leafB, 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31);
  has.avx512Vnni = has.avx512 && all(leafC, 1u << 11);
  has.avx512Bf16 = has.avx512 && all(a, 1u << 5);
  has.amx = has.avx512Vnni && all(saved, 1u << 17 | 1u << 18) && all(leafD, 1u << 22 | 1u << 24 | 1u << 25);
#elif defined(__aarch64__) && defined(__APPLE__)
  int value = 0;
  size_t size = sizeof value;
  has.dotProduct = sysctlbyname("hw.optional.arm.FEAT_DotProd", &value, &size, nullptr, 0) == 0 && value != 0;
#elif defined(__aarch64__) && defined(__linux__)
  constexpr unsigned long asimddp = 1ul << 20;  // HWCAP_ASIMDDP, which old headers lack
  has.dotProduct = (getauxval(AT_HWCAP) & asimddp) != 0;
#endif
  return has;
}
