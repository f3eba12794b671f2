import { createHash } from 'node:crypto';
import { folderFiles } from '@thinkbits/checkpoint/node';
import { loadModel, type Model } from '@thinkbits/inference';
import { createRandom } from '@thinkbits/numerics';
import { quantize } from '@thinkbits/quantize';
import {
  FlatquantLayer,
  type FlatquantOptions,
  type Parameters,
} from '@thinkbits/quantizer-flatquant';
import { rtn } from '@thinkbits/quantizer-rtn';
import type { Proposal, Rounder, Transform, WeightBits } from '@thinkbits/spec';
import { numberOf, textOf } from '../settings.js';
import type { CaseContext } from '../topic.js';
import { flatquantNames } from './flatquant-names.js';

/** The parameters of a case, under the names and in the shapes that they have here. */
export async function readParameters(
  context: CaseContext,
  prefix: string,
  layer: FlatquantLayer,
): Promise<Parameters> {
  // the shapes; values are replaced
  const parameters = await layer.firstParameters(createRandom(0));
  const names = flatquantNames(numberOf(context.settings, 'tp'));
  const known = new Map(names.map(([theirs, ours]) => [ours, theirs]));
  for (const [name, { shape }] of parameters) {
    const { values } = await context.input(`${prefix}.${known.get(name)}`);
    parameters.set(name, { shape, values: Float32Array.from(values) });
  }
  return parameters;
}

/** Rows of ids as calibration text. */
async function readCalibration({ input }: CaseContext) {
  const { shape, values } = await input('calibration_ids');
  const [rows, length] = shape as [number, number];
  const ids = Int32Array.from(values);
  const windows = Array.from({ length: rows }, (_, i) => ids.slice(i * length, (i + 1) * length));
  const hash = createHash('sha256').update(new Uint8Array(ids.buffer)).digest('hex');
  return { windows, hash, tokens: ids.length };
}

/**
 * Quantizes the case's model with `propose` at its layer, then looks at the result: weights symmetric per row and rank, all
 * else asymmetric.
 */
export async function quantizeWithLayer<Result>(
  context: CaseContext,
  options: FlatquantOptions,
  parts: {
    propose(layer: FlatquantLayer): Promise<Proposal>;
    readonly rounder?: Rounder;
    look(quantized: Model, windows: readonly Int32Array[]): Promise<Result>;
  },
): Promise<Result> {
  const { settings, modelDirectory, signal } = context;
  const [index, ranks] = [numberOf(settings, 'layer'), numberOf(settings, 'tp')];
  const bits = numberOf(settings, 'bits') as WeightBits;
  const calibration = await readCalibration(context);
  const float = await loadModel(folderFiles(modelDirectory(textOf(settings, 'model'))), { signal });
  const transform: Transform = {
    specificationVersion: 'v1',
    role: 'transform',
    id: 'flatquant',
    options: {},
    needs: { calibration: 'gradients' },
    plan: () => ({ issues: [], peakBytes: 0, flops: 0 }),
    async propose(view, { model }) {
      if (view.info.index !== index) return { edits: [] };
      const layer = await FlatquantLayer.open(view, model, { tensorParallel: ranks, ...options });
      try {
        return await parts.propose(layer);
      } finally {
        layer.dispose();
      }
    },
  };
  const activation = { bits, tensorParallel: ranks } as const;
  const [, [o] = [], , [down] = []] = float.info.blocks[index]?.stages ?? [];
  try {
    const quantized = await quantize(float, {
      pipeline: [transform, parts.rounder ?? rtn()],
      weights: { bits, symmetric: true },
      activations: activation,
      kv: { bits: bits as 4 },
      rules: [o, down].map((linear) => ({
        match: linear?.name.split('.').at(-1) as string,
        scheme: {
          weight: { bits, symmetric: true, group: (linear?.in as number) / ranks },
          activation,
        },
      })),
      calibration,
      signal,
    });
    try {
      return await parts.look(quantized, calibration.windows);
    } finally {
      quantized.dispose();
    }
  } finally {
    float.dispose();
    await float.checkpoint.close();
  }
}
