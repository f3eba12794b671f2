/** TensorFlow's numbers of the element types that are used here (`tensorflow/c/tf_datatype.h`). */
export const dataType = {
  float: 1,
  int32: 3,
  uint8: 4,
  int8: 6,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  half: 19,
  resource: 20,
} as const;

/** One of {@link dataType}. */
export type DataType = (typeof dataType)[keyof typeof dataType];

/** What an error calls an element type. */
export function nameOfType(type: number): string {
  return Object.entries(dataType).find(([, value]) => value === type)?.[0] ?? `type ${type}`;
}
