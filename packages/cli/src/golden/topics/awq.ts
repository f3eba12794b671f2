import {
  add,
  matMul,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { tensorEdits } from '@thinkbits/quantize';
import { proposalOf, awq as stage } from '@thinkbits/quantizer-awq';
import type { BlockView, Fold, LinearInfo, LinearScheme, WeightBits } from '@thinkbits/spec';
import { booleanOf, groupOf, numberOf, onlySettings, refuse } from '../settings.js';
import type { GoldenTensor } from '../tensor.js';
import type { CaseContext, GoldenCheck, GoldenTopic } from '../topic.js';
import { awqDuo, awqLayer, awqModel } from './awq-of-model.js';

const floats = ({ values }: GoldenTensor) => Float32Array.from(values);
const toTensor = (tensor: GoldenTensor) =>
  tensor2d(floats(tensor), tensor.shape as [number, number]);

/** A linear of the case by its weight, `[out, in]`. */
function linearOf(name: string, { shape }: GoldenTensor, bias = false): LinearInfo {
  const [out, columns] = shape as [number, number];
  return { name, out, in: columns, bias };
}

/** A decoder layer that has nothing but a last linear, which reads `input`, and perhaps what is before it. */
function viewOf(
  { settings }: CaseContext,
  weights: { readonly [name: string]: GoldenTensor },
  stages: readonly (readonly LinearInfo[])[],
  folds: readonly Fold[],
  input: () => Tensor2D,
): BlockView {
  const weight = {
    bits: numberOf(settings, 'bits') as WeightBits,
    group: groupOf(settings, 'channel' as const),
    symmetric: false,
    range: 'min-max' as const,
  };
  const names = stages.flat().map(({ name }) => name);
  async function* inputs(): AsyncGenerator<Tensor2D> {
    const tensor = input();
    yield tensor;
    tensor.dispose();
  }
  const view: Partial<BlockView> = {
    info: { index: 0, stages, folds },
    schemes: new Map(names.map((name): [string, LinearScheme] => [name, { weight }])),
    weight: async (name) => toTensor(weights[name] as GoldenTensor),
    inputs,
    hidden: inputs,
  };
  return view as BlockView;
}

/** Scales from one linear into the next, as from v_proj into o_proj. */
const pair: GoldenCheck = {
  rules: {
    losses_relative: { how: 'relative', of: ['losses'] },
    best_index: { how: 'exact', of: ['best_index', 'best_ratio'] },
    scales_relative: {
      how: 'relative',
      of: [
        'activation_mean',
        'scales',
        'first_weight_folded',
        'first_bias_folded',
        'second_weight_folded',
      ],
    },
  },
  compute: async (context) => {
    onlySettings(context.settings, ['kind', 'bits', 'group', 'duo_scaling']);
    const [x, first, bias, second] = (await Promise.all(
      ['x', 'first_weight', 'first_bias', 'second_weight'].map(context.input),
    )) as [GoldenTensor, GoldenTensor, GoldenTensor, GoldenTensor];
    const inner = () =>
      tidy(() =>
        add<Tensor2D>(matMul(toTensor(x), transpose(toTensor(first))), tensor1d(floats(bias))),
      );
    const linears = [linearOf('first', first, true), linearOf('second', second)] as const;
    const folds = [{ from: 'first', into: ['second'], kind: 'linear' as const }];
    const stages = linears.map((linear) => [linear]);
    // as down_proj reads what up_proj gives: in the last two of four stages
    const view = viewOf(context, { first, second }, [[], [], ...stages], folds, inner);
    const options = { duoScaling: booleanOf(context.settings, 'duo_scaling') };
    const [found] = await stage(options).searchScales(view, context);
    if (!found) return {};
    const [edit] = proposalOf([found], new Map()).edits;
    const stored = new Map([
      ['first.weight', first],
      ['first.bias', bias],
      ['second.weight', second],
    ]);
    const folded = Object.fromEntries(
      (edit ? tensorEdits(edit) : []).map(({ tensor, apply }) => {
        const given = stored.get(tensor) as GoldenTensor;
        return [`${tensor.replace('.', '_')}_folded`, apply(floats(given), given.shape)] as const;
      }),
    );
    return {
      ...folded,
      activation_mean: found.activationMean,
      scales: found.scales,
      losses: found.losses,
      best_index: [(found.ratio as number) * found.losses.length],
      best_ratio: [found.ratio as number],
    };
  },
};

/** Bounds of one linear, judged by some of its tokens. */
const clip: GoldenCheck = {
  rules: {
    grid_index: { how: 'most', of: ['grid_index'] },
    clip_relative: { how: 'relative', of: ['clip'] },
    error_relative: { how: 'relative', of: ['error'] },
  },
  compute: async (context) => {
    const { settings } = context;
    onlySettings(settings, ['kind', 'bits', 'group', 'sample_tokens', 'stride']);
    const [x, weight] = [await context.input('x'), await context.input('weight')];
    const clipTokens = numberOf(settings, 'sample_tokens');
    const stride = Math.max(1, Math.floor((x.shape[0] as number) / clipTokens));
    if (numberOf(settings, 'stride') !== stride)
      refuse(settings, 'stride', `⌊T / tokens⌋, ${stride}`);
    const stages = [[linearOf('the case', weight)]];
    const view = viewOf(context, { 'the case': weight }, stages, [], () => toTensor(x));
    const found = await stage({ clipTokens }).searchClips(view, [], context);
    const { bounds = [], steps = [], errors = [] } = found.get('the case') ?? {};
    return { clip: bounds, grid_index: steps, error: errors };
  },
};

/** AWQ: scales and bounds of layers, of linears alone, with duo scaling; whole models. */
export const awq: GoldenTopic = ({ kind }) => {
  switch (kind) {
    case 'awq-layer':
      return awqLayer;
    case 'awq-model':
      return awqModel;
    case 'awq-duo':
      return awqDuo;
    case 'awq-linear-pair':
      return pair;
    case 'awq-clip':
      return clip;
    default:
      return undefined;
  }
};
