import { type Json, ThinkbitsError } from '@thinkbits/spec';

/** JSON in which some values are float32 arrays. */
export type JsonWithArrays =
  | Json
  | Float32Array
  | readonly JsonWithArrays[]
  | { readonly [key: string]: JsonWithArrays | undefined };

/** Longest argument list that every engine takes. */
const pieceLength = 0x2000;

function toBase64(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = '';
  for (let start = 0; start < bytes.length; start += pieceLength) {
    text += String.fromCharCode(...bytes.subarray(start, start + pieceLength));
  }
  return btoa(text);
}

function fromBase64(text: string): Float32Array {
  let binary: string | undefined;
  try {
    binary = atob(text);
  } catch {}
  if (binary === undefined || binary.length % 4 !== 0) {
    throw new ThinkbitsError({
      code: 'manifest/bad-array',
      message: `"${text.slice(0, 40)}…" is not the base64 text of float32 values.`,
      help: 'Quantize again, or copy the checkpoint again.',
    });
  }
  return new Float32Array(Uint8Array.from(binary, (character) => character.charCodeAt(0)).buffer);
}

/**
 * Replaces every `Float32Array` by `{ float32: base64 }` (little-endian), so that no bit is lost; drops
 * undefined fields.
 */
export function encodeFloatArrays(value: JsonWithArrays): Json {
  if (value instanceof Float32Array) return { float32: toBase64(value) };
  if (Array.isArray(value)) return value.map(encodeFloatArrays);
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([key, field]) => [key, encodeFloatArrays(field as JsonWithArrays)]),
  );
}

/**
 * The inverse of {@link encodeFloatArrays}.
 * @throws ThinkbitsError `manifest/bad-array`
 */
export function decodeFloatArrays(value: Json): JsonWithArrays {
  if (Array.isArray(value)) return value.map(decodeFloatArrays);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === 'float32' && typeof only[1] === 'string') {
    return fromBase64(only[1]);
  }
  return Object.fromEntries(entries.map(([key, field]) => [key, decodeFloatArrays(field)]));
}
