// Every function that the addon exports.
#pragma once
#include "call.h"
#include "state.h"

inline void runTasks(State& state, int64_t tasks, int threads, const std::function<void(int64_t, Scratch&)>& task) {
  if (threads > 1) {
    state.pool->run(tasks, task);
    return;
  }
  for (int64_t i = 0; i < tasks; i++) task(i, state.pool->own());
}

/**
 * Runs body(row, rowEnd, panel, panelEnd, scratch) over rows in blocks and over the panels of a weight, so that there are tasks enough for
 * all threads. @param leastPanels of a task
 */
template <class F>
void sharePanels(State& state, int threads, int64_t rows, int64_t rowBlock, int64_t panels, int64_t leastPanels, F body) {
  int64_t panelStep = threads == 1 ? panels : pieces(panels, int64_t{4} * threads);
  if (panelStep < leastPanels) panelStep = leastPanels;
  const int64_t panelBlocks = pieces(panels, panelStep);
  const std::function<void(int64_t, Scratch&)> task = [&](int64_t i, Scratch& scratch) {
    const int64_t row = i / panelBlocks * rowBlock, panel = i % panelBlocks * panelStep;
    body(row, row + rowBlock < rows ? row + rowBlock : rows, panel, panel + panelStep < panels ? panel + panelStep : panels, scratch);
  };
  runTasks(state, pieces(rows, rowBlock) * panelBlocks, threads, task);
}

#define THINKBITS_CALLS(X)                                                                              \
  X(configure, callConfigure) X(preferLargePages, callPreferLargePages)                                 \
  X(matmul, callMatmul) X(addGram, callAddGram) X(subtractProduct, callSubtractProduct)                 \
  X(quadraticTrace, callQuadraticTrace)                                                                 \
  X(mirrorScaled, callMirrorScaled) X(reorderSquare, callReorderSquare)                                 \
  X(createLinear, callCreateLinear) X(createCodes, callCreateCodes)                                     \
  X(fillLinear, callFillLinear) X(fillCodes, callFillCodes) X(applyLinear, callApplyLinear)       \
  X(plansRounded, callPlansRounded) X(applyRounded, callApplyRounded)                                   \
  X(disposeLinear, callDisposeLinear)                                                                   \
  X(compare, callCompare) X(widen, callWiden) X(clip, callClip) X(select, callSelect)                    \
  X(binary, callBinary) X(unary, callUnary) X(reduce, callReduce) X(softmax, callSoftmax)               \
  X(rmsNorm, callRmsNorm) X(swiglu, callSwiglu) X(rotate, callRotate) X(transpose, callTranspose)       \
  X(copyRows, callCopyRows) X(gatherRows, callGatherRows)                                               \
  X(roundTokens, callRoundTokens) X(roundTokensToFloats, callRoundTokensToFloats) X(hadamard, callHadamard)                                             \
  X(storeTokens, callStoreTokens) X(attention, callAttention)                                                                           \
  X(createStack, callCreateStack) X(setStackNorms, callSetStackNorms) X(setStackStage, callSetStackStage) \
  X(setStackMap, callSetStackMap) X(runStack, callRunStack) X(disposeStack, callDisposeStack) X(sampleTokens, callSampleTokens) \
  X(joinProduct, callJoinProduct) X(copyFinite, callCopyFinite)                                          \
  X(factorPanel, callFactorPanel) X(solveRows, callSolveRows)                                           \
  X(correctColumns, callCorrectColumns) X(sweepColumns, callSweepColumns)

#define THINKBITS_DECLARE(name, function) napi_value function(napi_env, napi_callback_info);
THINKBITS_CALLS(THINKBITS_DECLARE)
#undef THINKBITS_DECLARE
