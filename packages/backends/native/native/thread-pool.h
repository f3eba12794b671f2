// Threads that stay: a job is split into tasks, which the caller and the workers take one by one. Workers spin for a short while
// after a job, since the next one is usually microseconds away, and sleep then.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>
#include "memory-blocks.h"
#include "thread-placement.h"

/** Memory of a thread that grows to what a task asks for, 64-byte aligned; its content is lost then. */
class Scratch {
 public:
  float* atLeast(int64_t floats) {
    if (!reserve(floats)) abort();  // tasks cannot report; what may be much is reserved before
    return block_.get();
  }

  /** Whether there is memory for so many. */
  bool reserve(int64_t floats) {
    if (floats <= size_) return true;
    block_.reset();
    block_ = allocateFloats(floats);
    size_ = block_ ? floats : 0;
    return block_ != nullptr;
  }

 private:
  FloatBlock block_;
  int64_t size_ = 0;
};

class ThreadPool {
 public:
  explicit ThreadPool(int threads) : scratch_(threads), sleepers_(threads) {
    for (int i = 1; i < threads; i++) workers_.emplace_back([this, i] { work(i); });
  }
  ~ThreadPool() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      quit_.store(true, std::memory_order_relaxed);
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }
  /** Memory of the calling thread. */
  Scratch& own() { return scratch_[0]; }
  /** Whether every thread has memory for so many floats. */
  bool reserve(int64_t floats) {
    for (Scratch& scratch : scratch_) {
      if (!scratch.reserve(floats)) return false;
    }
    return true;
  }
  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /**
   * Runs task(i, scratch) for i in [0, tasks), each once and about in order, on any thread; returns when all are done. A worker that sleeps,
   * or has lost its processor to somebody, is not waited for unless it took a task.
   */
  void run(int64_t tasks, const std::function<void(int64_t, Scratch&)>& task) {
    if (tasks <= 1 || workers_.empty()) {
      for (int64_t i = 0; i < tasks; i++) task(i, scratch_[0]);
      return;
    }
    task_ = &task;
    tasks_ = tasks;
    done_.store(0, std::memory_order_relaxed);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      const uint64_t generation = generation_.load(std::memory_order_relaxed) + 1;
      ticket_.store(generation << remainingBits | static_cast<uint64_t>(tasks), std::memory_order_release);
      generation_.store(generation, std::memory_order_release);
      for (Sleeper& sleeper : sleepers_) {
        if (sleeper.asleep) sleeper.placement.avoidCaller();
      }
    }
    wake_.notify_all();
    take(scratch_[0]);
    for (int spins = 0; done_.load(std::memory_order_acquire) < tasks; spins++) {
      if (spins < 4000)
        pause();
      else
        std::this_thread::yield();
    }
  }

 private:
  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  /** Takes tasks of the job at hand until none is left. Who holds one may read the job: it does not end before that task has. */
  void take(Scratch& scratch) {
    uint64_t ticket = ticket_.load(std::memory_order_acquire);
    while ((ticket & remainingMask) != 0) {
      if (!ticket_.compare_exchange_weak(ticket, ticket - 1, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
      (*task_)(tasks_ - static_cast<int64_t>(ticket & remainingMask), scratch);
      done_.fetch_add(1, std::memory_order_acq_rel);
      ticket = ticket_.load(std::memory_order_acquire);
    }
  }

  void work(int index) {
    Sleeper& self = sleepers_[index];
    self.placement.begin();
    uint64_t seen = 0;
    for (;;) {
      for (int spins = 0; spins < 4000 && generation_.load(std::memory_order_acquire) == seen; spins++) pause();
      if (generation_.load(std::memory_order_acquire) == seen) {
        std::unique_lock<std::mutex> lock(mutex_);
        self.asleep = true;
        wake_.wait(lock, [&] { return generation_.load(std::memory_order_acquire) != seen; });
        self.asleep = false;
        self.placement.restore();
      }
      seen = generation_.load(std::memory_order_acquire);
      if (quit_.load(std::memory_order_relaxed)) return;
      take(scratch_[index]);
    }
  }

  /** Of a worker; under the mutex. */
  struct Sleeper {
    ThreadPlacement placement;
    bool asleep = false;
  };

  std::vector<Scratch> scratch_;
  std::vector<Sleeper> sleepers_;
  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<uint64_t> generation_{0};
  /** Tasks of the job at hand that nobody has taken, below the number of the job, so that no thread takes one of a job that has ended. */
  std::atomic<uint64_t> ticket_{0};
  static constexpr int remainingBits = 40;
  static constexpr uint64_t remainingMask = (uint64_t{1} << remainingBits) - 1;
  std::atomic<int64_t> done_{0};
  int64_t tasks_ = 0;
  const std::function<void(int64_t, Scratch&)>* task_ = nullptr;
  /** A worker that comes late to a job may read it while it is set. */
  std::atomic<bool> quit_{false};
};
