import { type Checkpoint, memoryFiles, type TensorEntry } from '@thinkbits/checkpoint';
import { describeModel } from '@thinkbits/inference';
import { createRandom, floatElements, groupCount, hasSignedCodes } from '@thinkbits/numerics';
import {
  allLinears,
  type JsonObject,
  type LinearInfo,
  type ModelInfo,
  type QuantizedWeight,
  ThinkbitsError,
  type WeightScheme,
} from '@thinkbits/spec';

/** Shapes of every float tensor that a decoder of these dimensions reads. */
function tensorShapes(info: ModelInfo): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  shapes.set('model.embed_tokens.weight', [info.vocabulary, info.hidden]);
  shapes.set('model.norm.weight', [info.hidden]);
  for (const { index } of info.blocks) {
    for (const norm of ['input_layernorm', 'post_attention_layernorm']) {
      shapes.set(`model.layers.${index}.${norm}.weight`, [info.hidden]);
    }
  }
  for (const { name, out, in: columns, bias, tiedTo } of allLinears(info)) {
    if (tiedTo === undefined) shapes.set(`${name}.weight`, [out, columns]);
    if (bias) shapes.set(`${name}.bias`, [out]);
  }
  return shapes;
}

/** Values that are drawn before they repeat: a prime, so that rows differ. */
const drawn = 65521;

/** Repeats what fills the start of an array to its end. */
function repeat(values: Float32Array | Uint8Array): void {
  for (let filled = drawn; filled < values.length; filled *= 2)
    values.copyWithin(filled, 0, Math.min(filled, values.length - filled));
}

/** Seeded values in ±scale; speed does not depend on them as long as they stay finite. */
function randomValues(seed: number, name: string, length: number, scale: number): Float32Array {
  const random = createRandom(seed).fork(name);
  const values = new Float32Array(length);
  for (let i = 0; i < Math.min(length, drawn); i++) values[i] = (2 * random.next() - 1) * scale;
  repeat(values);
  return values;
}

/**
 * Codes and scales of a linear, made directly from scheme and seed: no float weight exists at any time.
 * @param scheme of the codes
 */
export function syntheticWeight(
  { name, out: rows, in: columns }: LinearInfo,
  scheme: WeightScheme,
  seed: number,
): QuantizedWeight {
  const random = createRandom(seed).fork(name);
  const element = scheme.float && floatElements[scheme.float.element];
  const levels = 2 ** scheme.bits;
  const bytes = new Uint8Array(rows * columns);
  const offset = hasSignedCodes(scheme) ? levels / 2 : 0;
  for (let i = 0; i < Math.min(bytes.length, drawn); i++) {
    const code = random.integer(levels) - offset;
    // codes beyond the largest are NaN
    const unsigned = element && Math.min(code % (levels / 2), element.largestCode);
    bytes[i] = unsigned === undefined ? code : unsigned + (code < levels / 2 ? 0 : levels / 2);
  }
  repeat(bytes);
  const groups = groupCount(columns, scheme.group);
  const step = 2 / Math.sqrt(columns) / (element ? 2 * element.largest : levels);
  return {
    rows,
    columns,
    scheme,
    codes: hasSignedCodes(scheme) ? new Int8Array(bytes.buffer) : bytes,
    scales: new Float32Array(rows * groups).fill(step),
    ...(!scheme.symmetric && { zeros: new Float32Array(rows * groups).fill(levels / 2) }),
  };
}

/** A checkpoint that is nowhere: tensors are drawn when they are read. */
export function syntheticCheckpoint(label: string, config: JsonObject, seed: number): Checkpoint {
  const info = describeModel(config, label);
  const shapes = tensorShapes(info);
  const tensors = new Map<string, TensorEntry>();
  for (const [name, shape] of shapes) {
    const bytes = 4 * shape.reduce((a, b) => a * b, 1);
    tensors.set(name, { name, dtype: 'F32', shape, file: '', offset: 0, bytes });
  }
  const shapeOf = (name: string) => {
    const shape = shapes.get(name);
    if (shape) return shape;
    throw new ThinkbitsError({
      code: 'checkpoint/unknown-tensor',
      message: `${label} has no tensor "${name}".`,
      help: 'A synthetic model has the tensors of its family alone.',
    });
  };
  return {
    label,
    source: memoryFiles({}, label),
    config,
    tensors,
    async readFloat(name, rows) {
      const shape = shapeOf(name);
      const length = shape.reduce((a, b) => a * b, 1);
      const values =
        shape.length === 1 && name.endsWith('norm.weight')
          ? new Float32Array(length).fill(1)
          : randomValues(seed, name, length, 1 / Math.sqrt(shape.at(-1) ?? 1));
      if (!rows) return { shape, values };
      const width = length / (shape[0] as number);
      return {
        shape: [rows.count, ...shape.slice(1)],
        values: values.slice(rows.start * width, (rows.start + rows.count) * width),
      };
    },
    async readBytes(name, rows) {
      return new Uint8Array((await this.readFloat(name, rows)).values.buffer);
    },
    readQuantized: async () => undefined,
    json: async () => undefined,
    text: async () => undefined,
    hash: async () => `synthetic:${label}:${seed}`,
    close: async () => {},
  };
}
