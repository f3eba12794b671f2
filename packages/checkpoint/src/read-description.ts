import { type JsonObject, ThinkbitsError } from '@thinkbits/spec';
import { parseManifest } from './manifest/parse-manifest.js';
import { manifestFile, type ThinkbitsManifest } from './manifest/thinkbits-manifest.js';
import type { ModelFiles } from './model-files.js';
import { readJsonFile } from './read-json-file.js';

const configFile = 'config.json';

async function readConfig(source: ModelFiles, files: readonly string[]): Promise<JsonObject> {
  if (files.includes(configFile)) return readJsonFile(source, configFile);
  throw new ThinkbitsError({
    code: 'checkpoint/no-config',
    message: `${source.label} has no ${configFile}.`,
    help: 'Point at the folder of a Hugging Face checkpoint; its config.json describes the model.',
    details: { files: files.slice(0, 50) },
  });
}

/** What a model says of itself beside its weights. */
export interface ModelDescription {
  /** Shown in messages. */
  readonly label: string;
  /** config.json. */
  readonly config: JsonObject;
  /** thinkbits.json of a checkpoint quantized by Thinkbits. */
  readonly thinkbits?: ThinkbitsManifest;
  /** thinkbits.json as it was read. */
  readonly manifest?: JsonObject;
  /** Names of all files. */
  readonly files: readonly string[];
}

/**
 * Reads what describes a model; its weights need not be there.
 * @throws ThinkbitsError `checkpoint/no-config`, `json/syntax`, `manifest/invalid`
 */
export async function readDescription(source: ModelFiles): Promise<ModelDescription> {
  const { label } = source;
  const files = await source.list();
  const config = await readConfig(source, files);
  if (!files.includes(manifestFile)) return { label, config, files };
  const manifest = await readJsonFile(source, manifestFile);
  const thinkbits = parseManifest(manifest, `${label}: ${manifestFile}`);
  return { label, config, thinkbits, manifest, files };
}
