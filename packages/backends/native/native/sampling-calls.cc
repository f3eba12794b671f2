// Choosing the next token of every row (sampleToken of @thinkbits/ops, the same steps): greedy, or by a draw after temperature,
// top-k, top-p and min-p.
#include <algorithm>
#include "calls.h"

namespace {

struct Choice {
  double temperature, topP, minP, draw;
  int64_t topK;
};

/** Numbers that a choice takes in an argument. */
constexpr int64_t choiceNumbers = 5;

struct Candidate {
  int32_t id;
  double weight;  // relative to the likeliest token
};

/** The likeliest ids, in falling order, that hold `share` of all weight (all ids for share 1) or are the first `limit`. */
void likeliest(const double* weights, int64_t count, double total, double share, int64_t limit, std::vector<Candidate>& candidates) {
  for (double threshold = 1e-2;; threshold = threshold < 1e-12 ? 0 : threshold / 100) {
    candidates.clear();
    double mass = 0;
    for (int64_t id = 0; id < count; id++) {
      if (weights[id] < threshold) continue;
      candidates.push_back({static_cast<int32_t>(id), weights[id]});
      mass += weights[id];
    }
    const bool enough = (share < 1 && mass >= share * total) || (limit > 0 && static_cast<int64_t>(candidates.size()) >= limit);
    if (enough || threshold == 0) break;
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) { return a.weight != b.weight ? a.weight > b.weight : a.id < b.id; });
}

int32_t sampleToken(const Kernels& kernels, const float* logits, int64_t count, const Choice& choice, double* weights, std::vector<Candidate>& candidates) {
  const int64_t best = kernels.likeliestToken(logits, count);
  if (choice.temperature == 0) return static_cast<int32_t>(best);
  const double total = kernels.weighTokens(logits, count, logits[best], choice.temperature, weights);
  if (choice.topP == 1 && choice.topK == 0 && choice.minP == 0) {
    double left = choice.draw * total;
    for (int64_t id = 0; id < count; id++) {
      left -= weights[id];
      if (left < 0) return static_cast<int32_t>(id);
    }
    return static_cast<int32_t>(best);
  }
  // with top-k, top-p is a share of what top-k left over, so all of top-k is needed first
  likeliest(weights, count, total, choice.topK > 0 ? 1 : choice.topP, choice.topK, candidates);
  if (choice.topK > 0 && static_cast<int64_t>(candidates.size()) > choice.topK) candidates.resize(choice.topK);
  double mass = total;
  if (choice.topK > 0) {
    mass = 0;
    for (const Candidate& candidate : candidates) mass += candidate.weight;
  }
  double kept = 0;
  size_t chosen = 0;
  for (; chosen < candidates.size(); chosen++) {
    if (kept >= choice.topP * mass && choice.topP < 1) break;
    if (candidates[chosen].weight < choice.minP) break;
    kept += candidates[chosen].weight;
  }
  double left = choice.draw * kept;
  for (size_t i = 0; i < chosen; i++) {
    left -= candidates[i].weight;
    if (left < 0) return candidates[i].id;
  }
  return chosen > 0 ? candidates[chosen - 1].id : static_cast<int32_t>(best);
}

}  // namespace

/** sampleTokens(logits, choices, ids): choices [rows, 5] are temperature, top-k, top-p, min-p and draw; logits [rows, vocabulary]. */
napi_value callSampleTokens(napi_env env, napi_callback_info info) {
  Call call(env, info, 3);
  const Span<int32_t> ids = call.integers(2, 0);
  const Span<double> choices = call.doubles(1, choiceNumbers * ids.length);
  const Span<float> logits = call.floats(0, ids.length);
  for (int64_t i = 0; i < choiceNumbers * ids.length && call.ok; i += choiceNumbers)
    call.require(choices.data[i] >= 0 && choices.data[i + 1] >= 0 && choices.data[i + 1] < mostElements, "a temperature or a limit is negative");
  if (!call.ok || ids.length == 0) return nullptr;
  const int64_t rows = ids.length, vocabulary = logits.length / rows;
  State& state = State::of(env);
  const std::function<void(int64_t, Scratch&)> task = [&](int64_t row, Scratch& scratch) {
    double* weights = reinterpret_cast<double*>(scratch.atLeast(2 * vocabulary + 16));
    std::vector<Candidate> candidates;
    const double* values = choices.data + row * choiceNumbers;
    const Choice choice{values[0], values[2], values[3], values[4], static_cast<int64_t>(values[1])};
    ids.data[row] = sampleToken(*state.kernels, logits.data + row * vocabulary, vocabulary, choice, weights, candidates);
  };
  runTasks(state, rows, rows * vocabulary * 16 < worthSharing ? 1 : state.pool->threads(), task);
  return nullptr;
}
