// Whether this process may use the tiles of Intel AMX.
#pragma once
#include "processor.h"

#if defined(__linux__) && defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

/**
 * Asks Linux, which gives tiles only to processes that want them: their registers are 8 KiB, and a signal's stack has to hold them. Tiles
 * that are emulated need none of this.
 */
inline bool obtainTiles([[maybe_unused]] const Processor& has) {
#if defined(THINKBITS_EMULATE_TILES)
  return true;
#elif defined(__linux__) && defined(__x86_64__)
  constexpr long requestPermission = 0x1023, tileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return has.amx && syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
#else
  return false;
#endif
}
