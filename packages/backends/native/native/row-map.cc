#include "row-map.h"
#include <cstring>

namespace {

/** Channels of a map at most, and maps within maps. */
constexpr int64_t mostChannels = 1 << 24, mostDepth = 8;

/** Floats up to the next line of the cache. */
int64_t lines(int64_t floats) { return (floats + 15) / 16 * 16; }

/** x [rows, size] M on one thread, as the product of the same matrices in one call. */
void multiply(const Kernels& kernels, const float* x, const float* matrix, float* out, int64_t rows, int64_t size, float* memory) {
  MatmulJob job{};
  job.a = x;
  job.b = matrix;
  job.c = out;
  job.rows = rows;
  job.columns = job.depth = size;
  job.aRow = job.bDepth = job.cRow = size;
  job.aDepth = job.bColumn = 1;
  if (kernels.streams(job)) return kernels.matmulStream(job, 0, size);
  for (int64_t row = 0; row < rows; row += kernels.rowBlock) {
    const int64_t rowEnd = row + kernels.rowBlock < rows ? row + kernels.rowBlock : rows;
    for (int64_t column = 0; column < size; column += kernels.columnBlock)
      kernels.matmul(job, row, rowEnd, column, column + kernels.columnBlock < size ? column + kernels.columnBlock : size, memory);
  }
}

/** Copies [rows, width] between rows that lie `from` and `to` floats apart. */
void copyColumns(const float* x, int64_t from, float* out, int64_t to, int64_t rows, int64_t width) {
  for (int64_t row = 0; row < rows; row++) memcpy(out + row * to, x + row * from, width * sizeof(float));
}

/** What is left to read of a description. */
struct Description {
  Span<int32_t> structure;
  Span<float> values;

  bool next(int64_t low, int64_t high, int64_t& value) {
    if (structure.length == 0 || *structure.data < low || *structure.data > high) return false;
    value = *structure.data++;
    structure.length--;
    return true;
  }

  bool take(int64_t count, std::vector<float>& into) {
    if (count > values.length) return false;
    into.assign(values.data, values.data + count);
    values.data += count;
    values.length -= count;
    return true;
  }
};

bool readPart(Description& from, RowMap& map, int64_t depth) {
  int64_t kind, count = 2, order;
  if (depth > mostDepth || !from.next(0, 4, kind)) return false;
  map.kind = static_cast<RowMap::Kind>(kind);
  switch (map.kind) {
    case RowMap::Kind::diagonal: return from.next(1, mostChannels, map.size) && from.take(map.size, map.values);
    case RowMap::Kind::dense: return from.next(1, mostChannels, map.size) && from.take(map.size * map.size, map.values);
    case RowMap::Kind::hadamard: {
      std::vector<float> signs;
      if (!from.next(1, 1 << 12, map.base) || !from.next(1, mostChannels, map.power) || !from.next(0, 2, order)) return false;
      map.size = map.base * map.power;
      if ((map.power & (map.power - 1)) != 0 || map.size > mostChannels || !from.take(map.base * map.base, signs)) return false;
      for (const float sign : signs) map.signs.push_back(sign > 0 ? 1 : -1);
      map.signsFirst = order == 2;
      return order == 0 || from.take(map.size, map.values);
    }
    case RowMap::Kind::blocks:
      if (!from.next(1, from.structure.length, count)) return false;
      break;
    case RowMap::Kind::kronecker: break;
  }
  map.parts.resize(count);
  map.size = map.kind == RowMap::Kind::kronecker ? 1 : 0;
  for (RowMap& part : map.parts) {
    if (!readPart(from, part, depth + 1)) return false;
    map.size = map.kind == RowMap::Kind::kronecker ? map.size * part.size : map.size + part.size;
    if (map.size > mostChannels) return false;
  }
  return true;
}

}  // namespace

int64_t RowMap::work() const {
  switch (kind) {
    case Kind::diagonal: return size;
    case Kind::dense: return size * size;
    case Kind::hadamard: return size * (base + 16);
    case Kind::kronecker: return parts[0].size * parts[1].work() + parts[1].size * parts[0].work();
    case Kind::blocks: break;
  }
  int64_t sum = 0;
  for (const RowMap& part : parts) sum += part.work();
  return sum;
}

int64_t RowMap::room(int64_t rows) const {
  const auto larger = [](int64_t a, int64_t b) { return a > b ? a : b; };
  switch (kind) {
    case Kind::diagonal: return 0;
    case Kind::dense: return scratchFloats;
    case Kind::hadamard: return lines(size) + lines(4 * size);
    case Kind::kronecker: return 2 * lines(rows * size) + larger(parts[0].room(rows * parts[1].size), parts[1].room(rows * parts[0].size));
    case Kind::blocks: break;
  }
  int64_t most = 0;
  for (const RowMap& part : parts) most = larger(most, 2 * lines(rows * part.size) + part.room(rows));
  return most;
}

void RowMap::apply(const Kernels& kernels, const float* x, float* out, int64_t rows, float* memory) const {
  const auto timesValues = [&](const float* from, float* to) { kernels.binary(Binary::multiply, from, values.data(), to, size, false, false); };
  switch (kind) {
    case Kind::diagonal:
      for (int64_t row = 0; row < rows; row++) timesValues(x + row * size, out + row * size);
      return;
    case Kind::dense: return multiply(kernels, x, values.data(), out, rows, size, memory);
    case Kind::hadamard: {
      float* withSigns = memory;
      double* room = reinterpret_cast<double*>(memory + lines(size));
      for (int64_t row = 0; row < rows; row++, x += size, out += size) {
        const bool before = signsFirst && !values.empty();
        if (before) timesValues(x, withSigns);
        kernels.hadamard(before ? withSigns : x, out, 1, base, power, signs.data(), room, room + size);
        if (!signsFirst && !values.empty()) timesValues(out, out);
      }
      return;
    }
    case Kind::kronecker: {
      // a row is X [outer, inner] and becomes L^T X R
      const RowMap &left = parts[0], &right = parts[1];
      const int64_t outer = left.size, inner = right.size;
      float* turned = memory;
      float* mapped = turned + lines(rows * size);
      memory = mapped + lines(rows * size);
      right.apply(kernels, x, mapped, rows * outer, memory);
      for (int64_t row = 0; row < rows; row++) kernels.transpose(mapped + row * size, turned + row * size, outer, inner, 0, outer);
      left.apply(kernels, turned, mapped, rows * inner, memory);
      for (int64_t row = 0; row < rows; row++) kernels.transpose(mapped + row * size, out + row * size, inner, outer, 0, inner);
      return;
    }
    case Kind::blocks: break;
  }
  for (const RowMap& part : parts) {
    float* from = memory;
    float* to = from + lines(rows * part.size);
    copyColumns(x, size, from, part.size, rows, part.size);
    part.apply(kernels, from, to, rows, to + lines(rows * part.size));
    copyColumns(to, part.size, out, size, rows, part.size);
    x += part.size;
    out += part.size;
  }
}

std::unique_ptr<RowMap> readMap(Call& call, Span<int32_t> structure, Span<float> values) {
  if (!call.ok) return nullptr;
  Description from{structure, values};
  auto map = std::make_unique<RowMap>();
  call.require(readPart(from, *map, 0) && from.structure.length == 0 && from.values.length == 0, "the description of a map is wrong");
  return call.ok ? std::move(map) : nullptr;
}
