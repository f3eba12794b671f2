import { ThinkbitsError } from '@thinkbits/spec';
import { parseJson } from '@thinkbits/validation';
import { checkFileName } from '../../check-file-name.js';
import { indexFile } from '../../locate-tensors.js';
import { manifestFile } from '../../manifest/thinkbits-manifest.js';

/** What reading a model takes besides its weights. */
const companions = new Set([
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'chat_template.jinja',
  'chat_template.json',
  manifestFile,
]);

/** Those of a repository's files that say what the model is, without its weights. */
export function selectDescriptions(files: readonly string[]): string[] {
  return files.filter((file) => file === 'config.json' || file === manifestFile);
}

/** Whether the weights are spread over the files that an index names. */
export function isSharded(files: readonly string[]): boolean {
  return !files.includes('model.safetensors') && files.includes(indexFile);
}

/**
 * The files of a repository that are needed to open the model: other precisions, formats and pictures stay
 * where they are.
 * @param index the text of the index, where {@link isSharded}
 * @throws ThinkbitsError `hub/no-weights`, `checkpoint/unsafe-path`
 */
export function selectFiles(model: string, files: readonly string[], index?: string): string[] {
  const beside = files.filter((file) => companions.has(file));
  if (files.includes('model.safetensors')) return [...beside, 'model.safetensors'];
  if (index !== undefined) {
    const parsed = parseJson(index, `${model}: ${indexFile}`) as { weight_map?: unknown } | null;
    const shards = [...new Set(Object.values(parsed?.weight_map ?? {}).map(String))];
    for (const shard of shards) checkFileName(shard, `${model}: ${indexFile}`);
    const missing = shards.filter((shard) => !files.includes(shard));
    if (missing.length === 0) return [...beside, indexFile, ...shards];
    const count = `${missing.length} of the ${shards.length}`;
    const some = missing.slice(0, 3).join(', ');
    throw new ThinkbitsError({
      code: 'checkpoint/missing-shard',
      message: `${model} lacks ${count} files that its ${indexFile} names: ${some}.`,
      help: 'The repository is incomplete; try another revision, or tell its owner.',
      details: { missing },
    });
  }
  const weights = files.filter((file) => file.endsWith('.safetensors'));
  if (weights.length === 1) return [...beside, ...weights];
  throw new ThinkbitsError({
    code: 'hub/no-weights',
    message: `${model} has no model.safetensors and no ${indexFile}.`,
    help: 'Choose a repository with safetensors weights; pickled ones can run code and are never opened.',
    details: { files: files.slice(0, 50) },
  });
}
