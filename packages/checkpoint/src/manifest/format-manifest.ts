import { encodeFloatArrays, type JsonWithArrays } from './float-array-json.js';
import type { ThinkbitsManifest } from './thinkbits-manifest.js';

/** The text of thinkbits.json; equal manifests give equal text when their keys are in equal order. */
export function formatManifest(manifest: ThinkbitsManifest): string {
  return `${JSON.stringify(encodeFloatArrays(manifest as unknown as JsonWithArrays), null, 2)}\n`;
}
