// Arrays of JavaScript's as memory: how they lie, and copies that look at what they copy.
#include <atomic>
#include <cstring>
#include "calls.h"
#include "memory-blocks.h"

/** preferLargePages(x): new memory that nobody wrote to yet is best. */
napi_value callPreferLargePages(napi_env env, napi_callback_info info) {
  Call call(env, info, 1);
  const Span<float> x = call.floats(0, 0);
  if (call.ok && x.length > 0) preferLargePages(x.data, x.length * static_cast<int64_t>(sizeof(float)));
  return nullptr;
}

/** copyFinite(from, to) -> whether no value is NaN or infinite; to gets as many values as from has. */
napi_value callCopyFinite(napi_env env, napi_callback_info info) {
  Call call(env, info, 2);
  const Span<float> x = call.floats(0, 0), copy = call.floats(1, x.length);
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  constexpr int64_t together = 4096;  // that are looked at while they are still near
  std::atomic<bool> finite{true};
  share(state, pieces(x.length, together), together, [&](int64_t first, int64_t last) {
    for (int64_t at = first * together, end = last * together < x.length ? last * together : x.length; at < end; at += together) {
      const int64_t count = end - at < together ? end - at : together;
      memmove(copy.data + at, x.data + at, count * sizeof(float));
      if (!state.kernels->allFinite(x.data + at, count)) finite.store(false, std::memory_order_relaxed);
    }
  });
  napi_value result;
  napi_get_boolean(env, finite.load(), &result);
  return result;
}
