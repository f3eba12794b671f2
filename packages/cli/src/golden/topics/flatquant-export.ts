import { clampGroups, groupSize } from '@thinkbits/numerics';
import { rtn } from '@thinkbits/quantizer-rtn';
import type { Rounder } from '@thinkbits/spec';
import { numberOf, onlySettings } from '../settings.js';
import type { GoldenCheck } from '../topic.js';
import { quantizeWithLayer, readParameters } from './flatquant-of-model.js';

const linears = [
  ...['q', 'k', 'v', 'o'].map((role) => `self_attn.${role}_proj`),
  ...['gate', 'up', 'down'].map((role) => `mlp.${role}_proj`),
];
const norms = ['input_layernorm', 'post_attention_layernorm'];

/** Rows of a weight that the cases keep. */
const keptRows = 8;

/** Round to nearest that shows, of one layer, what it rounds and to which codes. */
function watched(prefix: string, seen: Map<string, ArrayLike<number>>): Rounder {
  const rounder = rtn();
  return {
    ...rounder,
    open(targets, context) {
      const session = rounder.open(targets, context);
      return {
        ...session,
        async finish(weights) {
          const rounded = await session.finish(weights);
          for (const [i, { linear, scheme, hints }] of targets.entries()) {
            if (!linear.name.startsWith(prefix)) continue;
            const name = linear.name.slice(prefix.length);
            const values = (await weights[i]?.data()) as Float32Array;
            const size = groupSize(linear.in, scheme.group);
            const folded = clampGroups(values, linear.out, linear.in, size, hints?.clip);
            const kept = keptRows * linear.in;
            seen.set(`${name}.folded_first_rows`, folded.slice(0, kept));
            seen.set(`${name}.codes_first_rows`, rounded[i]?.weight.codes.slice(0, kept) ?? []);
          }
          return rounded;
        },
      };
    },
  };
}

/** What a trained layer leaves in a quantized model, and what the layer then computes from its float input. */
export const flatquantExport: GoldenCheck = {
  rules: {
    folded_relative_frobenius: {
      how: 'frobenius',
      of: [
        ...linears.map((name) => `${name}.folded_first_rows`),
        ...norms.map((name) => `${name}.weight`),
        'v_proj.bias',
      ],
    },
    codes: { how: 'most', of: linears.map((name) => `${name}.codes_first_rows`) },
    layer_output_relative_frobenius: { how: 'frobenius', of: ['layer_output_first_sequence'] },
  },
  async compute(context) {
    const { settings } = context;
    onlySettings(settings, ['kind', 'model', 'layer', 'bits', 'tp']);
    const layer = numberOf(settings, 'layer');
    const prefix = `model.layers.${layer}.`;
    const seen = new Map<string, ArrayLike<number>>();
    return quantizeWithLayer(
      context,
      {},
      {
        rounder: watched(prefix, seen),
        propose: async (open) => open.fold(await readParameters(context, 'trained', open)),
        async look(quantized, [first]) {
          const read = async (name: string) =>
            (await quantized.checkpoint.readFloat(`${prefix}${name}`)).values;
          const states = await quantized.hiddenStates(first as Int32Array);
          return {
            ...Object.fromEntries(seen),
            'input_layernorm.weight': await read('input_layernorm.weight'),
            'post_attention_layernorm.weight': await read('post_attention_layernorm.weight'),
            'v_proj.bias': await read('self_attn.v_proj.bias'),
            layer_output_first_sequence: states[layer + 1] as Float32Array,
          };
        },
      },
    );
  },
};
