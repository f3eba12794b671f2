import { type Checkpoint, openCheckpoint } from '@thinkbits/checkpoint';
import type { ByteSource } from '@thinkbits/spec';
import { type BackendName, selectBackend } from './backend/select-backend.js';
import { type CreateModelOptions, createModel } from './create-model.js';
import type { Model } from './model.js';

/** Options of {@link loadModel}. */
export interface LoadModelOptions extends CreateModelOptions {
  readonly backend?: BackendName;
  /** Of a hub repository: a branch, tag or commit. */
  readonly revision?: string;
}

async function open(
  location: string | ByteSource | Checkpoint,
  options: LoadModelOptions,
): Promise<Checkpoint> {
  if (typeof location !== 'string')
    return 'tensors' in location ? location : openCheckpoint(location);
  // Only a path or a hub id needs a file system, so only here is Node's part loaded.
  const { openModelFiles } = await import('@thinkbits/checkpoint/node');
  const { revision, signal, emit } = options;
  return openCheckpoint(
    await openModelFiles(location, {
      ...(revision && { revision }),
      ...(signal && { signal }),
      ...(emit && { emit }),
    }),
  );
}

/**
 * Opens a model: a Hugging Face directory, a hub id (`owner/name`), a byte source, or an open checkpoint.
 * @throws ThinkbitsError for whatever is wrong with the files, the family or the backend, each with its code
 */
export async function loadModel(
  location: string | ByteSource | Checkpoint,
  options: LoadModelOptions = {},
): Promise<Model> {
  if (options.backend) await selectBackend({ name: options.backend });
  return createModel(await open(location, options), options);
}
