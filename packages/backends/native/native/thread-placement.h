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
    narrowed_ = caller >= 0 && caller < CPU_SETSIZE && sched_getaffinity(thread_, sizeof allowed_, &allowed_) == 0 && CPU_COUNT(&allowed_) > 1;
    if (!narrowed_) return;
    cpu_set_t others = allowed_;
    CPU_CLR(caller, &others);
    narrowed_ = sched_setaffinity(thread_, sizeof others, &others) == 0;
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
