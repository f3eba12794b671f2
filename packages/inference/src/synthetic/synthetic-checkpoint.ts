import { type Checkpoint, memoryFiles } from '@thinkbits/checkpoint';
import { createRandom, groupCount } from '@thinkbits/numerics';
import {
  allLinears,
  type LinearInfo,
  nearestName,
  type QuantizedWeight,
  type RandomSource,
  type ResolvedSchemes,
  ThinkbitsError,
  type WeightScheme,
} from '@thinkbits/spec';
import { describeModel } from '../families/describe-model.js';
import { syntheticShapes } from './shapes.js';

/** Values of a standard deviation that keeps activations of order one, uniform because speed does not depend on it. */
function fill(random: RandomSource, length: number, scale: number): Float32Array {
  const values = new Float32Array(length);
  // A cheap generator seeded once: billions of values are wanted, and none of them matters.
  let state = Math.floor(random.next() * 2 ** 32) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = (state / 2 ** 31 - 1) * scale;
  }
  return values;
}

/** Codes, scales and zeros made directly, without a float weight ever existing. */
function syntheticCodes(
  linear: LinearInfo,
  scheme: WeightScheme,
  random: RandomSource,
): QuantizedWeight {
  const { out: rows, in: columns } = linear;
  const levels = 2 ** scheme.bits;
  const lowest = scheme.symmetric ? -levels / 2 : 0;
  const raw = fill(random, rows * columns, levels / 2);
  const codes = scheme.symmetric ? new Int8Array(raw.length) : new Uint8Array(raw.length);
  raw.forEach((value, i) => {
    codes[i] = Math.min(Math.floor(value + levels / 2), levels - 1) + lowest;
  });
  const parameters = rows * groupCount(columns, scheme.group);
  const scale = (2 * Math.sqrt(3 / columns)) / (levels - 1);
  return {
    rows,
    columns,
    scheme,
    codes,
    scales: new Float32Array(parameters).fill(scale),
    ...(!scheme.symmetric && { zeros: new Float32Array(parameters).fill(levels / 2) }),
  };
}

/**
 * A checkpoint of a published shape with random weights and no files: for measuring speed without a download. Quantized
 * linears have their codes made directly from scheme and seed.
 * @throws ThinkbitsError `synthetic/unknown-shape`
 */
export function syntheticCheckpoint(
  shape: string,
  options: { schemes?: ResolvedSchemes; seed?: number } = {},
): Checkpoint {
  const config = syntheticShapes[shape];
  if (!config) {
    const near = nearestName(shape, Object.keys(syntheticShapes));
    throw new ThinkbitsError({
      code: 'synthetic/unknown-shape',
      category: 'usage',
      message: `There is no synthetic shape "${shape}".`,
      help: `${near ? `Did you mean "${near}"? ` : ''}Shapes are ${Object.keys(syntheticShapes).join(', ')}.`,
    });
  }
  const info = describeModel(config);
  const random = createRandom(options.seed ?? 0).fork(shape);
  const linears = new Map(allLinears(info).map((linear) => [linear.name, linear]));
  const scheme = (name: string): WeightScheme | undefined =>
    options.schemes?.linears.get(name)?.weight;
  const tensors = new Map<string, never>();
  for (const name of linears.keys())
    if (scheme(name)) tensors.set(`${name}.weight_packed`, undefined as never);
  return {
    label: `synthetic:${shape}`,
    source: memoryFiles({}, `synthetic:${shape}`),
    config,
    tensors,
    async readFloat(name) {
      const [, owner, part] = /^(.*)\.(weight|bias)$/.exec(name) as unknown as [
        string,
        string,
        string,
      ];
      const linear = linears.get(owner);
      if (part === 'bias')
        return { shape: [linear?.out ?? 0], values: new Float32Array(linear?.out ?? 0) };
      if (owner.endsWith('norm')) {
        const width = /[qk]_norm$/.test(owner) ? info.headDim : info.hidden;
        return { shape: [width], values: new Float32Array(width).fill(1) };
      }
      const [rows, columns] = linear ? [linear.out, linear.in] : [info.vocabulary, info.hidden];
      return {
        shape: [rows, columns],
        values: fill(random.fork(name), rows * columns, Math.sqrt(3 / columns)),
      };
    },
    async readBytes() {
      return new Uint8Array(0);
    },
    async readQuantized(name) {
      const wanted = scheme(name);
      const linear = linears.get(name);
      return wanted && linear ? syntheticCodes(linear, wanted, random.fork(name)) : undefined;
    },
    json: async () => undefined,
    text: async () => undefined,
    hash: async () => `synthetic:${shape}:${options.seed ?? 0}`,
    close: async () => {},
  };
}
