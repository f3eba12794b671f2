import {
  type JsonObject,
  nearestName,
  type QuantizedWeight,
  ThinkbitsError,
} from '@thinkbits/spec';
import { checkFileName } from './check-file-name.js';
import type { Checkpoint, FloatTensor, RowRange } from './checkpoint.js';
import { hashCheckpoint } from './hash-checkpoint.js';
import { locateTensors } from './locate-tensors.js';
import type { ModelFiles } from './model-files.js';
import { readPackedLinear } from './packed/read-packed-linear.js';
import { readDescription } from './read-description.js';
import { readExactly } from './read-exactly.js';
import { readJsonFile, readTextFile } from './read-json-file.js';
import type { TensorEntry } from './safetensors/tensor-entry.js';
import { toFloat32 } from './safetensors/to-float32.js';

/** Which bytes of a tensor hold these rows. */
function rowBytes(tensor: TensorEntry, rows: RowRange): { offset: number; bytes: number } {
  const total = tensor.shape[0] ?? 0;
  const { start, count } = rows;
  if (![start, count].every(Number.isInteger) || start < 0 || count < 0 || start + count > total) {
    throw new ThinkbitsError({
      code: 'checkpoint/bad-rows',
      category: 'usage',
      message: `Tensor "${tensor.name}" has ${total} rows; ${count} from ${start} on were asked for.`,
      help: `Ask for rows between 0 and ${total - 1}.`,
      details: { tensor: tensor.name, start, count, rows: total },
    });
  }
  const perRow = total === 0 ? 0 : tensor.bytes / total;
  return { offset: tensor.offset + start * perRow, bytes: count * perRow };
}

/** What of a manifest decides what is computed; where it came from does not. */
function arithmeticOf(manifest: JsonObject | undefined): JsonObject | null {
  if (!manifest) return null;
  const { linears = null, online = null, kv = null } = manifest;
  return { linears, online, kv };
}

/**
 * Opens a Hugging Face checkpoint, quantized by Thinkbits or not. Reads config.json, thinkbits.json and the
 * headers of the weights, and checks them; weights are read by byte range when they are asked for.
 *
 * @throws ThinkbitsError `checkpoint/no-config`, `json/syntax`, `manifest/invalid`, `checkpoint/…` and
 *   `safetensors/…` for files that are missing or damaged
 */
export async function openCheckpoint(source: ModelFiles): Promise<Checkpoint> {
  const { config, manifest, thinkbits, files } = await readDescription(source);
  const tensors = await locateTensors(source);
  let hash: Promise<string> | undefined;

  const find = (name: string): TensorEntry => {
    const tensor = tensors.get(name);
    if (tensor) return tensor;
    const near = nearestName(name, tensors.keys());
    throw new ThinkbitsError({
      code: 'checkpoint/unknown-tensor',
      message: `${source.label} has no tensor "${name}".`,
      help: near
        ? `The nearest name is "${near}".`
        : `It has ${tensors.size} tensors of other names.`,
      details: { tensor: name },
    });
  };
  const readBytes = async (name: string, rows?: RowRange): Promise<Uint8Array> => {
    const tensor = find(name);
    const { offset, bytes } = rows ? rowBytes(tensor, rows) : tensor;
    return readExactly(source, tensor.file, offset, bytes);
  };
  const readFloat = async (name: string, rows?: RowRange): Promise<FloatTensor> => {
    const tensor = find(name);
    const shape = rows ? [rows.count, ...tensor.shape.slice(1)] : tensor.shape;
    const data = await readBytes(name, rows);
    return { shape, values: toFloat32(name, tensor.dtype, data) };
  };
  const readQuantized = async (linear: string): Promise<QuantizedWeight | undefined> => {
    const schemes = thinkbits?.linears ?? {};
    const scheme = Object.hasOwn(schemes, linear) ? schemes[linear]?.weight : undefined;
    if (!scheme) {
      find(`${linear}.weight`);
      return undefined;
    }
    return readPackedLinear(linear, scheme, tensors, ({ name }) => readBytes(name));
  };
  const beside = async <T>(file: string, read: (source: ModelFiles, file: string) => Promise<T>) =>
    files.includes(checkFileName(file, 'The caller')) ? read(source, file) : undefined;

  return {
    label: source.label,
    source,
    config,
    tensors,
    ...(thinkbits && { thinkbits }),
    readFloat,
    readBytes,
    readQuantized,
    json: (file) => beside(file, readJsonFile),
    text: (file) => beside(file, readTextFile),
    hash: () => {
      hash ??= hashCheckpoint(source, config, arithmeticOf(manifest), tensors);
      return hash;
    },
    close: async () => source.close?.(),
  };
}
