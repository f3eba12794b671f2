import { createHash } from 'node:crypto';
import { canonicalJson } from '@thinkbits/validation';

/** SHA-256 of a text's UTF-8 bytes, in lower-case hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** SHA-256 of a value's canonical JSON: the same for equal values, whatever the order of their keys. */
export function hashJson(value: unknown): string {
  return sha256(canonicalJson(asStored(value)));
}

/** A value as a JSON file gives it back: members that are undefined are not there. */
// biome-ignore lint/suspicious/noExplicitAny: what JSON.parse gives
export function asStored(value: unknown): any {
  return JSON.parse(JSON.stringify(value));
}
