import { denseLinearMap, hadamardTransform } from '@thinkbits/numerics';
import { quantize } from '@thinkbits/quantize';
import { quarot as rotate } from '@thinkbits/quantizer-quarot';
import { type Json, type LinearMap, ThinkbitsError, type Transform } from '@thinkbits/spec';
import { booleanOf, numberOf, oneOf, onlySettings } from '../settings.js';
import type { CaseContext, GoldenCheck, GoldenTopic } from '../topic.js';
import { expectBase, factorOf, withSigns } from './given-rotation.js';
import { schemeSettings, schemesOfSettings } from './schemes-of-settings.js';
import { withModel } from './with-model.js';

/** Fails where a case describes another computation than the one that is made here. */
function expectSetting(name: string, given: Json | undefined, own: Json): void {
  if (JSON.stringify(given) === JSON.stringify(own)) return;
  throw new ThinkbitsError({
    code: 'golden/other-setting',
    message: `The setting "${name}" is ${JSON.stringify(given)}, and ${JSON.stringify(own)} here.`,
    help: 'The case was made for another way of computing.',
    details: { setting: name },
  });
}

const matrix: GoldenCheck = {
  rules: { matrix: { how: 'hadamard', of: ['matrix'] } },
  async compute({ settings }) {
    // construction and q say which of many matrices the expected one is
    onlySettings(settings, ['kind', 'order', 'construction', 'q']);
    const size = numberOf(settings, 'order');
    const normalized = denseLinearMap({ kind: 'hadamard', size });
    return { matrix: normalized.map((entry) => Math.round(entry * Math.sqrt(size))) };
  },
};

const transform: GoldenCheck = {
  rules: { y_max_abs: { how: 'absolute', of: ['y'] } },
  async compute({ settings, inputs, input }) {
    onlySettings(settings, ['kind', 'n', 'K', 'power_of_two', 'layout']);
    oneOf(settings, 'layout', ['K-major']);
    const size = numberOf(settings, 'n');
    expectSetting('K', settings.K, factorOf(size)[0]);
    expectSetting('power_of_two', settings.power_of_two, factorOf(size)[1]);
    if (inputs.includes('base')) expectBase(await input('base'));
    const x = Float32Array.from((await input('x')).values);
    return { y: hadamardTransform(x, x.length / size, size) };
  },
};

/** The rotation of a case: its slices, its signs, and its matrices checked. */
async function rotationOf({ settings, inputs, input }: CaseContext): Promise<Transform> {
  for (const name of inputs) if (name.startsWith('base_')) expectBase(await input(name));
  const { values: signs } = await input('signs');
  return withSigns(rotate({ tensorParallel: numberOf(settings, 'tp') }), signs);
}

/** The same transform; what turns the embedding is noted. */
function noting(transform: Transform, note: (map: LinearMap) => void): Transform {
  return {
    ...transform,
    async propose(block, context) {
      const proposal = await transform.propose(block, context);
      for (const edit of proposal.edits) {
        if (edit.op !== 'rotate') continue;
        if (edit.targets.some(({ name }) => name === 'model.embed_tokens')) note(edit.map.forward);
      }
      return proposal;
    },
  };
}

const rotatedLinears = ['q_proj', 'k_proj', 'v_proj', 'o_proj']
  .map((name) => `self_attn.${name}`)
  .concat(['gate_proj', 'up_proj', 'down_proj'].map((name) => `mlp.${name}`))
  .map((name) => `layers.0.${name}`);

/** ‖W[:, j]‖ */
function columnNorms(values: Float32Array, columns: number): Float64Array {
  const norms = new Float64Array(columns);
  for (const [i, value] of values.entries()) norms[i % columns]! += value * value;
  return norms.map(Math.sqrt);
}

const rotation: GoldenCheck = {
  rules: {
    weights_relative_frobenius: {
      how: 'frobenius',
      of: [
        ...['embed_tokens', 'lm_head', ...rotatedLinears].map((name) => `${name}.first_rows`),
        ...rotatedLinears.map((name) => `${name}.column_norms`),
        'q_first_rows',
        'layers.0.self_attn.v_proj.bias',
      ],
    },
    logits_max_abs: { how: 'absolute', of: ['logits'] },
  },
  async compute(context) {
    const { settings, input, signal } = context;
    const own = ['hidden_factor', 'down_factor', 'value_output', 'untied'];
    onlySettings(settings, ['kind', 'model', 'tp', ...own]);
    oneOf(settings, 'value_output', ['head-wise']);
    const ids = Int32Array.from((await input('ids')).values);
    const given = await rotationOf(context);
    return withModel(context, async (model) => {
      const { hidden, intermediate, head } = model.info;
      expectSetting('hidden_factor', settings.hidden_factor, factorOf(hidden));
      const slice = intermediate / numberOf(settings, 'tp');
      expectSetting('down_factor', settings.down_factor, factorOf(slice));
      expectSetting('untied', booleanOf(settings, 'untied'), head.tiedTo !== undefined);
      let turn: LinearMap | undefined;
      const pipeline = [noting(given, (map) => (turn = map))];
      const rotated = await quantize(model, { pipeline, signal });
      try {
        const { checkpoint } = rotated;
        const read = (name: string) => checkpoint.readFloat(name);
        const results: { [name: string]: ArrayLike<number> } = {
          logits: await rotated.logits(ids, signal),
          q_first_rows: denseLinearMap(turn as LinearMap).subarray(0, 4 * hidden),
          'embed_tokens.first_rows': (await read('model.embed_tokens.weight')).values.subarray(
            0,
            8 * hidden,
          ),
          'lm_head.first_rows': (await read('lm_head.weight')).values.subarray(0, 8 * hidden),
        };
        for (const name of rotatedLinears) {
          const { shape, values } = await read(`model.${name}.weight`);
          const columns = shape[1] as number;
          results[`${name}.first_rows`] = values.subarray(0, 16 * columns);
          results[`${name}.column_norms`] = columnNorms(values, columns);
        }
        const bias = 'layers.0.self_attn.v_proj.bias';
        if (checkpoint.tensors.has(`model.${bias}`))
          results[bias] = (await read(`model.${bias}`)).values;
        return results;
      } finally {
        rotated.dispose();
      }
    });
  },
};

const quantizedLogits: GoldenCheck = {
  rules: {
    logits_relative_frobenius: { how: 'frobenius', of: ['logits'] },
    mean_nll_abs: { how: 'absolute', of: ['mean_nll'] },
  },
  async compute(context) {
    const { settings, input, signal } = context;
    onlySettings(settings, schemeSettings);
    const ids = Int32Array.from((await input('ids')).values);
    const { rounder, schemes } = schemesOfSettings(settings, 'after RoPE and Hadamard');
    const pipeline = [await rotationOf(context), rounder];
    return withModel(context, async (model) => {
      const quantized = await quantize(model, { pipeline, ...schemes, signal });
      try {
        const losses = await quantized.negativeLogLikelihood(ids, signal);
        return {
          logits: await quantized.logits(ids, signal),
          mean_nll: [losses.reduce((sum, loss) => sum + loss, 0) / losses.length],
        };
      } finally {
        quantized.dispose();
      }
    });
  },
};

const kinds: { readonly [kind: string]: GoldenCheck } = {
  matrix,
  transform,
  rotation,
  'quantized-logits': quantizedLogits,
};

/** Hadamard matrices and transforms, rotated weights for given signs, and whole models. */
export const quarot: GoldenTopic = ({ kind }) =>
  typeof kind === 'string' ? kinds[kind] : undefined;
