import { type JsonObject, ThinkbitsError } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import { decodeFloatArrays } from './float-array-json.js';
import { manifestSchema } from './manifest-schema.js';
import { manifestFile, manifestVersion, type ThinkbitsManifest } from './thinkbits-manifest.js';

/**
 * Checks the content of thinkbits.json.
 * @throws ThinkbitsError `manifest/newer-version`, `manifest/invalid`, `manifest/bad-array`
 */
export function parseManifest(value: JsonObject, what: string = manifestFile): ThinkbitsManifest {
  const { schemaVersion } = value;
  if (typeof schemaVersion === 'number' && schemaVersion > manifestVersion) {
    throw new ThinkbitsError({
      code: 'manifest/newer-version',
      message: `${what} has schema version ${schemaVersion}; up to ${manifestVersion} are read here.`,
      help: 'Update Thinkbits, or quantize the model again with this version.',
      details: { schemaVersion, highest: manifestVersion },
    });
  }
  const checked = validate<JsonObject>(manifestSchema, value, what, {
    code: 'manifest/invalid',
    help: 'Quantize the model again, or copy the checkpoint again.',
  });
  return decodeFloatArrays(checked) as unknown as ThinkbitsManifest;
}
