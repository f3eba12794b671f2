// Products with packed weights as plain functions, for the calls from JavaScript and for calls that do several things at once.
#pragma once
#include "call.h"
#include "state.h"

/** The packed weight whose handle is an argument; null, and the call refused, where there is none. */
PackedLinear* findLinear(Call& call, int index);

/** y [rows, out] = x [rows, in] W^T, on the threads of the state; floats at rounding of float32. */
void applyLinear(State& state, const PackedLinear& linear, const float* x, float* y, int64_t rows);
