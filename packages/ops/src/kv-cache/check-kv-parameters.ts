import { checkKvScheme } from '@thinkbits/numerics';
import { type KvParameters, type StaticKvGrid, ThinkbitsError } from '@thinkbits/spec';

/** Dimensions of what is cached. */
export interface KvDimensions {
  readonly kvHeads: number;
  readonly headDim: number;
}

function checkGrid(grid: StaticKvGrid | undefined, name: string, channels: number): void {
  for (const [part, values] of Object.entries(grid ?? {}) as [string, Float32Array | undefined][]) {
    if (!values) continue;
    const whole = values.length === channels && values.every(Number.isFinite);
    if (whole && (part !== 'scales' || values.every((scale) => scale > 0))) continue;
    throw new ThinkbitsError({
      code: 'kv/static-grid',
      message: `The static ${part} of the ${name} are not ${channels} finite numbers${part === 'scales' ? ' above 0' : ''}.`,
      help: 'Calibrate again; a codec that gives such a grid has a defect.',
    });
  }
}

/**
 * Whether the cache can store a decoder layer as its parameters say.
 * @throws ThinkbitsError `kv/bits`, `kv/group`, `kv/range`, `kv/window`, `kv/static-grid`,
 *   `kv/float-format`
 */
export function checkKvParameters(parameters: KvParameters, dimensions: KvDimensions): void {
  const { scheme, staticKeys, staticValues } = parameters;
  const { kvHeads, headDim } = dimensions;
  const given = { keys: staticKeys !== undefined, values: staticValues !== undefined };
  checkKvScheme(scheme, headDim, given);
  checkGrid(staticKeys, 'keys', kvHeads * headDim);
  checkGrid(staticValues, 'values', kvHeads * headDim);
}
