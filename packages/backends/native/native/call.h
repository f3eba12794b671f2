// The arguments of one call from JavaScript, each checked before anything reads it: a wrong one throws a TypeError there and
// leaves `ok` false.
#pragma once
#include <node_api.h>
#include <cstdint>
#include <cstdio>

/** Elements of a typed array of the caller's; valid for the call. */
template <class T>
struct Span {
  T* data = nullptr;
  int64_t length = 0;
};

class Call {
 public:
  Call(napi_env env, napi_callback_info info, size_t wanted) : env_(env) {
    size_t count = most;
    if (wanted > most || napi_get_cb_info(env, info, &count, arguments_, nullptr, nullptr) != napi_ok || count < wanted)
      fail("too few arguments", static_cast<int>(count), 0);
  }

  bool ok = true;

  /** An integer within [low, high]. */
  int64_t integer(int index, int64_t low, int64_t high) {
    if (!ok) return low;
    double value;
    if (napi_get_value_double(env_, arguments_[index], &value) != napi_ok) return fail("is not a number", index, low);
    if (!(value >= static_cast<double>(low) && value <= static_cast<double>(high)) || value != static_cast<double>(static_cast<int64_t>(value)))
      return fail("is out of range", index, low);
    return static_cast<int64_t>(value);
  }

  bool boolean(int index) {
    bool value = false;
    if (ok && napi_get_value_bool(env_, arguments_[index], &value) != napi_ok) fail("is not a boolean", index, 0);
    return value;
  }

  /** A finite or infinite number. */
  double number(int index) {
    double value = 0;
    if (ok && napi_get_value_double(env_, arguments_[index], &value) != napi_ok) fail("is not a number", index, 0);
    return value;
  }

  Span<float> floats(int index, int64_t least) { return array<float>(index, napi_float32_array, least, "is not a Float32Array that is long enough"); }
  Span<int32_t> integers(int index, int64_t least) { return array<int32_t>(index, napi_int32_array, least, "is not an Int32Array that is long enough"); }
  Span<double> doubles(int index, int64_t least) { return array<double>(index, napi_float64_array, least, "is not a Float64Array that is long enough"); }
  Span<int8_t> signedBytes(int index, int64_t least) { return array<int8_t>(index, napi_int8_array, least, "is not an Int8Array that is long enough"); }
  Span<uint8_t> bytes(int index, int64_t least) { return array<uint8_t>(index, napi_uint8_array, least, "is not a Uint8Array that is long enough"); }

  /** Refuses the call for what its arguments say together. */
  void require(bool holds, const char* what) {
    if (ok && !holds) {
      napi_throw_type_error(env_, "native/argument", what);
      ok = false;
    }
  }

  napi_value value(int index) const { return arguments_[index]; }
  napi_env env() const { return env_; }

 private:
  static constexpr size_t most = 20;

  template <class T>
  Span<T> array(int index, napi_typedarray_type wanted, int64_t least, const char* what) {
    Span<T> span;
    if (!ok) return span;
    bool is = false;
    napi_typedarray_type type;
    size_t length = 0;
    void* data = nullptr;
    if (napi_is_typedarray(env_, arguments_[index], &is) != napi_ok || !is ||
        napi_get_typedarray_info(env_, arguments_[index], &type, &length, &data, nullptr, nullptr) != napi_ok || type != wanted ||
        static_cast<int64_t>(length) < least) {
      fail(what, index, 0);
      return span;
    }
    // an empty array may have no memory; memcpy of nothing still wants an address
    alignas(8) static char nothing[8];
    span.data = data ? static_cast<T*>(data) : reinterpret_cast<T*>(nothing);
    span.length = static_cast<int64_t>(length);
    return span;
  }

  int64_t fail(const char* what, int index, int64_t result) {
    if (ok) {
      char message[160];
      snprintf(message, sizeof message, "argument %d %s", index, what);
      napi_throw_type_error(env_, "native/argument", message);
      ok = false;
    }
    return result;
  }

  napi_env env_;
  napi_value arguments_[most] = {};
};
