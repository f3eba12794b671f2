interface TypedArrayConstructor<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/**
 * Views bytes as elements of another type; copies only when they do not start at a multiple of the
 * element's size.
 */
export function aligned<T>(type: TypedArrayConstructor<T>, bytes: Uint8Array): T {
  const length = bytes.byteLength / type.BYTES_PER_ELEMENT;
  return bytes.byteOffset % type.BYTES_PER_ELEMENT === 0
    ? new type(bytes.buffer, bytes.byteOffset, length)
    : new type(bytes.slice().buffer, 0, length);
}
