import { largestOfColumns } from '@thinkbits/ops';
import { quantize } from '@thinkbits/quantize';
import { smoothquant as smooth } from '@thinkbits/quantizer-smoothquant';
import type { Edit, Json, LinearInfo, Transform } from '@thinkbits/spec';
import { numberOf, onlySettings } from '../settings.js';
import type { CaseContext, GoldenCheck, GoldenTopic } from '../topic.js';
import { calibrationOf } from './calibration-ids.js';
import { schemeSettings, schemesOfSettings } from './schemes-of-settings.js';
import { withModel } from './with-model.js';

type Results = { [name: string]: Float32Array };

/** `self_attn.q_proj`, … by layer; as many layers as the checkpoints of a golden directory may have. */
const ofLayers = (names: readonly string[]): string[] =>
  Array.from({ length: 64 }, (_, layer) => names.map((name) => `${layer}.${name}`)).flat();

const withoutLayers = (name: string): string => name.replace(/^model\.layers\./, '');

const calibrationFor = async ({ input }: CaseContext) =>
  calibrationOf(await input('calibration_ids'));

/** Sees what every linear reads, as a transform does, and changes nothing. */
function watching(maxima: Results): Transform {
  return {
    specificationVersion: 'v1',
    role: 'transform',
    id: 'watching',
    options: {},
    needs: { calibration: 'input-statistics' },
    plan: () => ({ issues: [], peakBytes: 0, flops: 0 }),
    async propose({ info, inputs }) {
      for (const [stage, linears] of info.stages.entries()) {
        const subject = (linears[0] as LinearInfo).name;
        const largest = await largestOfColumns(inputs(stage), subject);
        for (const { name } of linears) maxima[withoutLayers(name)] = largest;
      }
      return { edits: [] };
    },
  };
}

const statistics: GoldenCheck = {
  rules: {
    relative: {
      how: 'relative',
      of: ofLayers([
        ...['q', 'k', 'v', 'o'].map((name) => `self_attn.${name}_proj`),
        ...['gate', 'up', 'down'].map((name) => `mlp.${name}_proj`),
      ]),
    },
  },
  async compute(context) {
    onlySettings(context.settings, ['kind', 'model']);
    const calibration = await calibrationFor(context);
    const { signal } = context;
    return withModel(context, async (model) => {
      const maxima: Results = {};
      const pipeline = [watching(maxima)];
      (await quantize(model, { pipeline, calibration, signal })).dispose();
      return maxima;
    });
  },
};

/** The same transform, whose factors are noted by the norm that they scale. */
function noting(transform: Transform, factors: Results): Transform {
  return {
    ...transform,
    async propose(block, context) {
      const proposal = await transform.propose(block, context);
      for (const edit of proposal.edits)
        if (edit.op === 'scale') factors[withoutLayers(edit.producer)] = edit.factors;
      return proposal;
    },
  };
}

const folding: GoldenCheck = {
  rules: {
    relative: {
      how: 'relative',
      of: [
        ...ofLayers(
          ['input_layernorm', 'post_attention_layernorm'].flatMap((norm) => [
            `${norm}.scales`,
            `${norm}.folded`,
          ]),
        ),
        '0.k_proj.folded_first_rows',
      ],
    },
  },
  async compute(context) {
    const { settings, signal } = context;
    onlySettings(settings, ['kind', 'model', 'alpha']);
    const calibration = await calibrationFor(context);
    const [rows, columns] = await context.expectedShape('0.k_proj.folded_first_rows');
    return withModel(context, async (model) => {
      const factors: Results = {};
      const pipeline = [noting(smooth({ alpha: numberOf(settings, 'alpha') }), factors)];
      const smoothed = await quantize(model, { pipeline, calibration, signal });
      try {
        const read = async (name: string) =>
          (await smoothed.checkpoint.readFloat(`model.layers.${name}.weight`)).values;
        const results: Results = {
          '0.k_proj.folded_first_rows': (await read('0.self_attn.k_proj')).slice(
            0,
            (rows as number) * (columns as number),
          ),
        };
        for (const [norm, scales] of Object.entries(factors)) {
          results[`${norm}.scales`] = scales;
          results[`${norm}.folded`] = await read(norm);
        }
        return results;
      } finally {
        smoothed.dispose();
      }
    });
  },
};

/**
 * The transform with the reference's own factors, where the golden file has them for this model and alpha; they are held
 * against ours by a case of their own. The search for clips of weights jumps at factors that differ in their last bit, and
 * maxima of float32 activations do, so that logits could be told apart by nothing but the order of a sum.
 */
function withReferenceFactors(transform: Transform, context: CaseContext): Transform {
  const { model, alpha } = context.settings;
  const settings = { kind: 'smooth', model: model as Json, alpha: alpha as Json };
  return {
    ...transform,
    async propose(block, stage) {
      const proposal = await transform.propose(block, stage);
      const edits = proposal.edits.map(async (edit): Promise<Edit> => {
        if (edit.op !== 'scale') return edit;
        const name = `${withoutLayers(edit.producer)}.scales`;
        const reference = await context.expectedOf(settings, name);
        return reference ? { ...edit, factors: Float32Array.from(reference) } : edit;
      });
      return { ...proposal, edits: await Promise.all(edits) };
    },
  };
}

const quantizedLogits: GoldenCheck = {
  rules: {
    logits_relative_frobenius: { how: 'frobenius', of: ['logits', 'logits_without_smoothing'] },
    logits_float_max_abs: { how: 'absolute', of: ['logits_float'] },
  },
  async compute(context) {
    const { settings, input, signal } = context;
    onlySettings(settings, [...schemeSettings, 'alpha']);
    const calibration = await calibrationFor(context);
    const ids = Int32Array.from((await input('ids')).values);
    const { rounder, schemes } = schemesOfSettings(settings, 'after RoPE');
    const transform = withReferenceFactors(smooth({ alpha: numberOf(settings, 'alpha') }), context);
    return withModel(context, async (model) => {
      const logitsWith = async (transforms: readonly Transform[]) => {
        const pipeline = [...transforms, rounder];
        const options = { pipeline, ...schemes, ...(transforms.length > 0 && { calibration }) };
        const quantized = await quantize(model, { ...options, signal });
        try {
          return await quantized.logits(ids, signal);
        } finally {
          quantized.dispose();
        }
      };
      return {
        logits: await logitsWith([transform]),
        logits_without_smoothing: await logitsWith([]),
        logits_float: await model.logits(ids, signal),
      };
    });
  },
};

const kinds: { readonly [kind: string]: GoldenCheck } = {
  'activation-maxima': statistics,
  smooth: folding,
  'quantized-logits': quantizedLogits,
};

/** Maxima of activations, scales and folded weights, and whole models. */
export const smoothquant: GoldenTopic = ({ kind }) =>
  typeof kind === 'string' ? kinds[kind] : undefined;
