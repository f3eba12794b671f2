// What one JavaScript thread holds of the addon: its kernels, its threads and its packed weights.
#pragma once
#include <memory>
#include <type_traits>
#include <unordered_map>
#include "decoder-stack.h"
#include "kernels.h"
#include "packed-linear.h"
#include "thread-pool.h"

struct State {
  const Kernels* kernels = nullptr;
  /** Whether products with packed weights are computed in bfloat16. */
  bool pairs = false;
  std::unique_ptr<ThreadPool> pool;
  /** Inputs of a product as its kernel reads them. */
  Scratch inputs;
  /** The smaller factor of a product that is subtracted. */
  Scratch negated;
  std::unordered_map<int32_t, std::unique_ptr<PackedLinear>> linears;
  int32_t nextLinear = 1;
  std::unordered_map<int32_t, std::unique_ptr<DecoderStack>> stacks;
  int32_t nextStack = 1;
  /** What passes from one step of a stack to the next. */
  Scratch arena;

  const LinearKernels& kernelsOf(const PackedLinear& linear) const {
    if (pairs) return kernels->pairs;
    const bool byDigits = linear.words && !linear.ownLevels && kernels->digits.product && kernels->digitsServe(linear.bits);
    return byDigits ? kernels->digits : kernels->floats;
  }

  static State& of(napi_env env) {
    void* data = nullptr;
    napi_get_instance_data(env, &data);
    return *static_cast<State*>(data);
  }
};

/** Lengths that a caller may give; a product of two of them does not overflow. */
constexpr int64_t mostElements = int64_t{1} << 31;

/** Arithmetic of a job from which threads are worth waking, in multiplications. */
constexpr int64_t worthSharing = 1 << 17;

/** Splits [0, count) into pieces of at most `step`. */
inline int64_t pieces(int64_t count, int64_t step) { return (count + step - 1) / step; }

/** Runs body(from, to), or body(from, to, scratch), over [0, count) in pieces; in one piece where the work is small. */
template <class F>
void share(State& state, int64_t count, int64_t workOfOne, F body) {
  const int64_t work = count * workOfOne;
  const int threads = state.pool->threads();
  const auto run = [&](int64_t from, int64_t to, Scratch& scratch) {
    if constexpr (std::is_invocable_v<F, int64_t, int64_t, Scratch&>)
      body(from, to, scratch);
    else
      body(from, to);
  };
  if (threads == 1 || work < worthSharing || count < 2) {
    run(0, count, state.pool->own());
    return;
  }
  const int64_t step = pieces(count, int64_t{4} * threads);
  const std::function<void(int64_t, Scratch&)> task = [&](int64_t i, Scratch& scratch) {
    const int64_t from = i * step;
    run(from, from + step < count ? from + step : count, scratch);
  };
  state.pool->run(pieces(count, step), task);
}
