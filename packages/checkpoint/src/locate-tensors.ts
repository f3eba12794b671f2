import { type ByteSource, type JsonObject, nearestName, ThinkbitsError } from '@thinkbits/spec';
import { checkFileName } from './check-file-name.js';
import { readJsonFile } from './read-json-file.js';
import { readHeader } from './safetensors/read-header.js';
import type { TensorEntry } from './safetensors/tensor-entry.js';

/** The file that says which shard holds which tensor. */
export const indexFile = 'model.safetensors.index.json';

/** Most shards that an index may name; the largest published models have about two hundred. */
const shardLimit = 10_000;

function weightMap(index: JsonObject, label: string): ReadonlyMap<string, string> {
  const map = index.weight_map;
  const entries =
    typeof map === 'object' && map !== null && !Array.isArray(map) ? Object.entries(map) : [];
  const wrong = entries.find(([, file]) => typeof file !== 'string');
  if (entries.length === 0 || wrong) {
    const what = wrong && `${JSON.stringify(wrong[1])} as the file of "${wrong[0]}"`;
    throw new ThinkbitsError({
      code: 'checkpoint/bad-index',
      message: `${label}: ${indexFile} has ${what ?? 'no weight_map'}.`,
      help: 'Its weight_map must map every tensor to the name of a file; download the index again.',
      details: { file: indexFile },
    });
  }
  return new Map(entries as [string, string][]);
}

async function readShards(
  source: ByteSource,
  files: readonly string[],
): Promise<Map<string, TensorEntry>> {
  const tensors = new Map<string, TensorEntry>();
  for (const file of files) {
    for (const tensor of (await readHeader(source, file)).tensors) {
      const other = tensors.get(tensor.name);
      if (other) {
        throw new ThinkbitsError({
          code: 'checkpoint/duplicate-tensor',
          message: `${source.label}: tensor "${tensor.name}" is in ${other.file} and in ${file}.`,
          help: 'Shards of two checkpoints seem to be mixed in one folder; keep those of one.',
          details: { tensor: tensor.name, files: [other.file, file] },
        });
      }
      tensors.set(tensor.name, tensor);
    }
  }
  return tensors;
}

async function readSharded(
  source: ByteSource,
  present: ReadonlySet<string>,
): Promise<Map<string, TensorEntry>> {
  const map = weightMap(await readJsonFile(source, indexFile), source.label);
  const shards = [...new Set(map.values())].sort();
  if (shards.length > shardLimit) {
    throw new ThinkbitsError({
      code: 'checkpoint/bad-index',
      message: `${source.label}: ${indexFile} names ${shards.length} files; at most ${shardLimit} are read.`,
      help: 'Check where this checkpoint comes from.',
      details: { file: indexFile, shards: shards.length },
    });
  }
  const missing = shards.filter((file) => !present.has(checkFileName(file, indexFile)));
  if (missing.length > 0) {
    const count = `${missing.length} of the ${shards.length}`;
    const some = `${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''}`;
    throw new ThinkbitsError({
      code: 'checkpoint/missing-shard',
      message: `${source.label}: ${count} files that ${indexFile} names are missing: ${some}.`,
      help: 'Copy or download the missing files.',
      details: { missing },
    });
  }
  const tensors = await readShards(source, shards);
  for (const [name, file] of map) {
    const found = tensors.get(name);
    if (found?.file === file) continue;
    const near = found ? undefined : nearestName(name, tensors.keys());
    const reality = found ? `and it is in ${found.file}` : 'which lacks it';
    const hint = near ? ` The nearest name there is "${near}".` : '';
    throw new ThinkbitsError({
      code: 'checkpoint/missing-tensor',
      message: `${source.label}: ${indexFile} puts tensor "${name}" into ${file}, ${reality}.`,
      help: `The index and the files do not belong together; download both again.${hint}`,
      details: { tensor: name, file },
    });
  }
  return tensors;
}

/**
 * Finds every tensor of a checkpoint by reading headers alone: `model.safetensors`, else the shards of its
 * index, else the only safetensors file there is. A single file wins over an index, as in transformers.
 *
 * @returns tensors by name, in alphabetical order
 * @throws ThinkbitsError `checkpoint/` `no-weights`, `bad-index`, `unsafe-path`, `missing-shard`,
 *   `missing-tensor`, `duplicate-tensor`, and those of {@link readHeader}
 */
export async function locateTensors(source: ByteSource): Promise<ReadonlyMap<string, TensorEntry>> {
  const files = await source.list();
  const present = new Set(files);
  const weights = files.filter((file) => file.endsWith('.safetensors'));
  let tensors: Map<string, TensorEntry>;
  if (present.has('model.safetensors')) tensors = await readShards(source, ['model.safetensors']);
  else if (present.has(indexFile)) tensors = await readSharded(source, present);
  else if (weights.length === 1) tensors = await readShards(source, weights);
  else {
    const pickled = files.find((file) => /\.(bin|pt|pth|ckpt)$/.test(file));
    throw new ThinkbitsError({
      code: 'checkpoint/no-weights',
      message:
        weights.length > 1
          ? `${source.label} has ${weights.length} safetensors files, but no model.safetensors or index.`
          : `${source.label} has no safetensors file${pickled ? `, only ${pickled}` : ''}.`,
      help: pickled
        ? 'Pickled weights can run code and are never opened; save the model with safe_serialization=True.'
        : `Point at a folder with model.safetensors, or with shards and ${indexFile}.`,
      details: { files: files.slice(0, 50) },
    });
  }
  return new Map([...tensors].sort(([a], [b]) => (a < b ? -1 : 1)));
}
