// Where Linux wakes a thread: in a virtual machine whose other processors have been idle for long it takes them for lost, and puts the thread
// on the one of the caller, which is at work; milliseconds pass until it is moved.
#pragma once
#if defined(__linux__)
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

/** Where one thread may run. {@link avoidCaller} is called while it sleeps, the others by itself. */
class ThreadPlacement {
 public:
#if defined(__linux__)
  void begin() { thread_ = static_cast<pid_t>(syscall(SYS_gettid)); }

  /** Keeps the thread off the caller's processor until it calls {@link restore}; where it may run nowhere else, nothing changes. */
  void avoidCaller() {
    const int caller = sched_getcpu();
    if (caller < 0 || caller >= CPU_SETSIZE) return;
    // one that has not woken since the last call is narrowed still: where it may run is what was read before
    if (!narrowed_ && sched_getaffinity(thread_, sizeof allowed_, &allowed_) != 0) return;
    if (CPU_COUNT(&allowed_) < 2) return;
    cpu_set_t others = allowed_;
    CPU_CLR(caller, &others);
    if (sched_setaffinity(thread_, sizeof others, &others) == 0) narrowed_ = true;
  }

  void restore() {
    if (narrowed_) sched_setaffinity(thread_, sizeof allowed_, &allowed_);
    narrowed_ = false;
  }

 private:
  pid_t thread_ = 0;
  cpu_set_t allowed_;
  bool narrowed_ = false;
#else
  void begin() {}
  void avoidCaller() {}
  void restore() {}
#endif
};
