// The addon: chooses kernels by what the processor reports, starts the threads, and exports the calls.
#include <cstring>
#include <string>
#include <vector>
#include "apply-linear.h"
#include "calls.h"
#include "processor.h"
#include "tile-permission.h"

namespace {

/** Sets of kernels in this binary that the processor and the system can run, best first; each but the last has proved its products. */
std::vector<const Kernels*> findRunnable() {
  std::vector<const Kernels*> sets;
  [[maybe_unused]] const auto add = [&](const Kernels* set) {
    const auto right = [&](const LinearKernels& products) { return !products.product || multiplies(*set, products); };
    if (multipliesIntegers(*set) && right(set->pairs) && right(set->digits)) sets.push_back(set);
  };
  [[maybe_unused]] const Processor has = askProcessor();
#if defined(__x86_64__)
#if defined(THINKBITS_HAS_AMX)
  if (has.avx512 && obtainTiles(has)) add(kernelsAmx());
#endif
#if defined(THINKBITS_HAS_AVX512BF16)
  if (has.avx512Vnni && has.avx512Bf16) add(kernelsAvx512bf16());
#endif
#if defined(THINKBITS_HAS_AVX512VNNI)
  if (has.avx512Vnni) add(kernelsAvx512vnni());
#endif
  if (has.avx512) add(kernelsAvx512());
#if defined(THINKBITS_HAS_AVX2VNNI)
  if (has.avxVnni) add(kernelsAvx2vnni());
#endif
  if (has.avx2) add(kernelsAvx2());
#elif defined(THINKBITS_HAS_NEONDOT)
  if (has.dotProduct) add(kernelsNeondot());
#endif
  sets.push_back(kernelsBaseline());
  return sets;
}

const std::vector<const Kernels*>& runnable() {
  static const std::vector<const Kernels*> sets = findRunnable();
  return sets;
}

napi_value text(napi_env env, const char* value) {
  napi_value result;
  napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &result);
  return result;
}

/** Threads of a pool: more than machines have. */
constexpr int64_t mostThreads = 1024;

}  // namespace

/**
 * configure(threads, set, pairs): restarts the threads, chooses a set by name ("" = the best), and whether products are in bfloat16 where
 * the set has those; returns { set, sets, threads, pairs: whether they are }.
 */
napi_value callConfigure(napi_env env, napi_callback_info info) {
  Call call(env, info, 3);
  const int64_t threads = call.integer(0, 1, mostThreads);
  bool pairs = call.boolean(2);
  char wanted[32] = {};
  size_t length;
  call.require(napi_get_value_string_utf8(env, call.value(1), wanted, sizeof wanted, &length) == napi_ok, "the name of a set is not a string");
  if (!call.ok) return nullptr;
  State& state = State::of(env);
  const std::vector<const Kernels*>& sets = runnable();
  const Kernels* chosen = nullptr;
  for (const Kernels* set : sets)
    if (!chosen && (wanted[0] == '\0' || strcmp(wanted, set->name) == 0)) chosen = set;
  call.require(chosen != nullptr, "this processor, or this build, has no such set of kernels");
  pairs = pairs && chosen && chosen->pairs.product;
  call.require(state.linears.empty() || (chosen == state.kernels && pairs == state.pairs), "the kernels cannot change while weights are packed for others");
  if (!call.ok) return nullptr;
  state.kernels = chosen;
  state.pairs = pairs;
  if (!state.pool || state.pool->threads() != threads) state.pool = std::make_unique<ThreadPool>(static_cast<int>(threads));
  napi_value result, list, count, inPairs, dots;
  napi_create_object(env, &result);
  napi_create_array(env, &list);
  for (size_t i = 0; i < sets.size(); i++) napi_set_element(env, list, static_cast<uint32_t>(i), text(env, sets[i]->name));
  napi_create_int32(env, static_cast<int32_t>(threads), &count);
  napi_set_named_property(env, result, "set", text(env, chosen->name));
  napi_set_named_property(env, result, "sets", list);
  napi_set_named_property(env, result, "threads", count);
  napi_get_boolean(env, pairs, &inPairs);
  napi_set_named_property(env, result, "pairs", inPairs);
  napi_get_boolean(env, chosen->dotsOfBytes, &dots);
  napi_set_named_property(env, result, "dotsOfBytes", dots);
  return result;
}

static napi_value initialize(napi_env env, napi_value exports) {
  auto* state = new State();
  state->kernels = runnable().front();
  state->pool = std::make_unique<ThreadPool>(1);
  napi_set_instance_data(env, state, [](napi_env, void* data, void*) { delete static_cast<State*>(data); }, nullptr);
#define THINKBITS_EXPORT(name, function)                                          \
  {                                                                               \
    napi_value exported;                                                          \
    napi_create_function(env, #name, NAPI_AUTO_LENGTH, function, nullptr, &exported); \
    napi_set_named_property(env, exports, #name, exported);                       \
  }
  THINKBITS_CALLS(THINKBITS_EXPORT)
#undef THINKBITS_EXPORT
  return exports;
}

NAPI_MODULE(thinkbits, initialize)
