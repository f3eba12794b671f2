import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { JsonObject } from '@thinkbits/spec';
import { canonicalJson } from '@thinkbits/validation';
import type { IncrementalHash, ModelFiles } from './model-files.js';
import { readExactly } from './read-exactly.js';
import type { TensorEntry } from './safetensors/tensor-entry.js';

/** SHA-256 in portable TypeScript, for sources that bring none. */
export function createPortableSha256(): IncrementalHash {
  const hash = sha256.create();
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => bytesToHex(hash.digest()),
  };
}

const pieceBytes = 4 * 1024 * 1024;

/**
 * SHA-256 over config.json, what thinkbits.json says of the arithmetic, and every tensor.
 *
 * Hashed are: a line with the canonical JSON of `{ config, arithmetic }`, then for each tensor in
 * alphabetical order a line with the JSON of `[name, dtype, shape]` followed by its bytes. How tensors are
 * spread over files, their order and metadata do not matter.
 */
export async function hashCheckpoint(
  source: ModelFiles,
  config: JsonObject,
  arithmetic: JsonObject | null,
  tensors: ReadonlyMap<string, TensorEntry>,
): Promise<string> {
  const hash = source.createSha256?.() ?? createPortableSha256();
  const line = (text: string) => hash.update(new TextEncoder().encode(`${text}\n`));
  line(canonicalJson({ config, arithmetic }));
  for (const { name, dtype, shape, file, offset, bytes } of tensors.values()) {
    line(JSON.stringify([name, dtype, shape]));
    for (let done = 0; done < bytes; done += pieceBytes) {
      const length = Math.min(pieceBytes, bytes - done);
      hash.update(await readExactly(source, file, offset + done, length));
    }
  }
  return hash.digest();
}
