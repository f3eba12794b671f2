/** Bits of one element of every dtype that safetensors files may hold. */
export const dtypeBits = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

/** Element type of a tensor, as safetensors headers spell it. */
export type Dtype = keyof typeof dtypeBits;

/** Whether a header's dtype is one of the format. */
export function isDtype(name: unknown): name is Dtype {
  return typeof name === 'string' && Object.hasOwn(dtypeBits, name);
}

/** Elements of a tensor of this shape; a scalar (`[]`) has one. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

/** Bytes that a tensor takes; not a whole number when sub-byte elements do not fill the last byte. */
export function byteCount(dtype: Dtype, shape: readonly number[]): number {
  return (elementCount(shape) * dtypeBits[dtype]) / 8;
}
