import { ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import { byteCount } from '../safetensors/dtype.js';
import {
  inFileOrder,
  serializeHeader,
  type TensorHeader,
} from '../safetensors/serialize-header.js';
import { toDiskError } from './disk-error.js';
import { openPartialFile, type PartialFile } from './partial-file.js';

/** A tensor's bytes, whole or in pieces. */
type TensorBytes = Uint8Array | Promise<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * A tensor that is to be written; its bytes may be made when they are needed, so that one tensor, or a piece
 * of it, is in memory at a time.
 */
export interface TensorToWrite extends TensorHeader {
  /** Little-endian, row-major. */
  readonly bytes: Uint8Array | (() => TensorBytes);
}

async function* piecesOf({ bytes }: TensorToWrite): AsyncGenerator<Uint8Array> {
  const made = typeof bytes === 'function' ? bytes() : bytes;
  if (Symbol.asyncIterator in made) yield* made;
  else yield await made;
}

/** Options of {@link writeSafetensors}. */
export interface WriteSafetensorsOptions {
  readonly signal?: AbortSignal;
}

/** What transformers asks of files that it opens. */
const defaultMetadata = { format: 'pt' };

/**
 * Writes a safetensors file, one tensor at a time. The file is there whole or not at all, and its bytes
 * depend on the tensors and the metadata alone, not on their order.
 *
 * @param metadata `{ format: 'pt' }` where absent, without which transformers refuses a file
 * @throws ThinkbitsError `safetensors/bad-tensor`, `safetensors/wrong-length`, `disk/full`,
 *   `disk/not-writable`, `disk/bad-path`, `disk/failed`, `run/aborted`
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<TensorToWrite>,
  metadata: { readonly [key: string]: string } = defaultMetadata,
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  const ordered = inFileOrder(tensors);
  const header = serializeHeader(ordered, metadata);
  const total = ordered.reduce(
    (sum, { dtype, shape }) => sum + byteCount(dtype, shape),
    header.length,
  );
  let file: PartialFile | undefined;
  try {
    file = await openPartialFile(path);
    await file.write(header);
    for (const tensor of ordered) {
      const { name, dtype, shape } = tensor;
      const wanted = byteCount(dtype, shape);
      let given = 0;
      throwIfAborted(options.signal);
      for await (const piece of piecesOf(tensor)) {
        throwIfAborted(options.signal);
        given += piece.length;
        if (given <= wanted) await file.write(piece);
      }
      if (given !== wanted) {
        const type = `${dtype} of shape [${shape.join(', ')}]`;
        throw new ThinkbitsError({
          code: 'safetensors/wrong-length',
          category: 'usage',
          message: `Tensor "${name}" is ${type}, ${wanted} bytes, and ${given} were given.`,
          help: 'Give the bytes of the whole tensor.',
          details: { tensor: name, wanted, given },
        });
      }
    }
    throwIfAborted(options.signal);
    await file.commit();
  } catch (error) {
    throw toDiskError(error, { path, bytes: total });
  } finally {
    await file?.discard();
  }
}
