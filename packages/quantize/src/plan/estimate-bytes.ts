import {
  allLinears,
  type JsonObject,
  type LinearInfo,
  type ModelInfo,
  type ResolvedSchemes,
} from '@thinkbits/spec';
import { packedWeightBytes } from './packed-weight-bytes.js';

/**
 * Bytes of one stored float, from config.json (`torch_dtype`, or `dtype` as newer files spell it); 16-bit
 * where it says nothing.
 */
function storedFloatBytes(config: JsonObject): number {
  return (config.torch_dtype ?? config.dtype) === 'float32' ? 4 : 2;
}

/** Bytes of a copied tensor that are in memory at a time. */
const copiedPiece = 2 ** 24;

const elements = (linear: LinearInfo): number => linear.in * linear.out;
const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

/**
 * What a quantized checkpoint takes, from shapes alone.
 *
 * `peak`: linears that share an input are in memory together, as stored bytes and as float32, beside what is
 * finished of their decoder layer; tables are copied in pieces. What a stage needs besides is its own to say.
 */
export function estimateBytes(
  model: ModelInfo,
  schemes: ResolvedSchemes,
): { float: number; packed: number; disk: number; peak: number } {
  const stored = storedFloatBytes(model.config);
  const packed = (linear: LinearInfo): number | undefined => {
    const scheme = schemes.linears.get(linear.name)?.weight;
    return scheme && packedWeightBytes(linear, scheme);
  };
  const finished = (linear: LinearInfo): number => packed(linear) ?? stored * elements(linear);
  const working = (linears: readonly LinearInfo[]): number =>
    sum(
      linears.map((linear) => (packed(linear) === undefined ? 0 : (4 + stored) * elements(linear))),
    );
  const layerPeaks = model.blocks.map(
    ({ stages }) => Math.max(0, ...stages.map(working)) + sum(stages.flat().map(finished)),
  );
  const rounded = allLinears(model).filter((linear) => packed(linear) !== undefined);
  const float = sum(rounded.map((linear) => stored * elements(linear)));
  const packedTotal = sum(rounded.map((linear) => packed(linear) as number));
  return {
    float,
    packed: packedTotal,
    disk: stored * model.parameters - float + packedTotal,
    peak: Math.max(copiedPiece, working([model.head]) + finished(model.head), ...layerPeaks),
  };
}
