import { byteCount } from './dtype.js';
import type { TensorHeader } from './serialize-header.js';

/**
 * The text of `model.safetensors.index.json`; equal shards give equal text.
 * @param shards the tensors of each file
 */
export function formatShardIndex(
  shards: Iterable<readonly [file: string, tensors: readonly TensorHeader[]]>,
): string {
  const places: [name: string, file: string][] = [];
  let bytes = 0;
  for (const [file, tensors] of shards) {
    for (const { name, dtype, shape } of tensors) {
      places.push([name, file]);
      bytes += byteCount(dtype, shape);
    }
  }
  places.sort(([a], [b]) => (a < b ? -1 : 1));
  const index = { metadata: { total_size: bytes }, weight_map: Object.fromEntries(places) };
  return `${JSON.stringify(index, null, 2)}\n`;
}
