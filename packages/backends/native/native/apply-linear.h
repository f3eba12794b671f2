// Products with packed weights as plain functions, for the calls from JavaScript and for calls that do several things at once.
#pragma once
#include <functional>
#include "call.h"
#include "state.h"

/** The packed weight whose handle is an argument; null, and the call refused, where there is none. */
PackedLinear* findLinear(Call& call, int index);

/** What makes rows of inputs: each once, by the thread that lays it out for the product then, whose memory it may use meanwhile. */
struct RowMaker {
  std::function<void(int64_t from, int64_t to, Scratch&)> make;
  /** Of a row, in multiplications. */
  int64_t work = 0;

  void operator()(int64_t from, int64_t to, Scratch& scratch) const {
    if (make) make(from, to, scratch);
  }
};

/** y [rows, out] = x [rows, in] W^T, on the threads of the state; floats at rounding of float32. Only from panel `panel0` on. @param maker of x */
void applyLinear(State& state, const PackedLinear& linear, const float* x, float* y, int64_t rows, int64_t panel0 = 0, const RowMaker& maker = {});

/** sum [size, size] += x^T x right of the diagonal and on it, of x [tokens, size] in bfloat16; false where there is no memory. */
bool addGramOfPairs(State& state, const float* x, float* sum, int64_t tokens, int64_t size);

/** A weight of codes without content; null where there is no memory. Arguments as createCodes checks them. */
std::unique_ptr<PackedLinear> makeCodes(const Kernels& kernels, int64_t in, int64_t out, int bits, int64_t groups, int64_t groupDepth, Span<int32_t> order, Span<float> levels, bool byteZeros);

/** Writes outputs [row0, row0 + rows) of a weight of codes; arguments as fillCodes checks them. */
void fillCodes(PackedLinear& linear, const uint8_t* codes, const float* scales, const float* zeros, int64_t row0, int64_t rows);

/** Whether {@link applyRounded} serves activations that are rounded by groups of so many channels; remembers how. */
bool plansRounded(PackedLinear& linear, int64_t group);

/**
 * y [rows, out] = x^ [rows, in] W^T in integers, where x^ is x rounded; what roundTokens and applyLinear give to float rounding.
 * The weight has to have a plan for the rounding's group. @param maker of x
 */
void applyRounded(State& state, const PackedLinear& linear, const float* x, float* y, int64_t rows, const ActivationRounding& rounding, const RowMaker& maker = {});

/** Whether a set's products in bfloat16, or those by digits, are what plain loops say. @param products the set's `pairs` or `digits` */
bool multiplies(const Kernels& kernels, const LinearKernels& products);

/** Whether a set's integer products are what plain loops say, on a few weights and rows. */
bool multipliesIntegers(const Kernels& kernels);
