// Whether this process may use Intel AMX: the processor has it, the system keeps its registers, and has been asked to.
#pragma once
#include "processor.h"

#if defined(__linux__) && defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

/**
 * Asks Linux, which gives tiles only to processes that want them: their registers are 8 KiB, and a signal's stack has to hold them. Tiles
 * that are emulated need none of this.
 */
inline bool obtainTiles() {
#if defined(THINKBITS_EMULATE_TILES)
  return true;
#elif defined(__linux__) && defined(__x86_64__)
  constexpr unsigned bfloat16 = 1u << 22, tile = 1u << 24, int8 = 1u << 25, needed = bfloat16 | tile | int8;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & needed) != needed || !askProcessor().avx512Vnni) return false;
  // the system saves the shapes (bit 17) and the registers (bit 18) of tiles
  unsigned low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low >> 17 & 3) != 3) return false;
  constexpr long requestPermission = 0x1023, tileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
#else
  return false;
#endif
}
