import { createRandom } from '@thinkbits/numerics';
import type { Parameters, TrainingStep } from '@thinkbits/quantizer-flatquant';
import { type Json, ThinkbitsError } from '@thinkbits/spec';
import { findDifference } from '../difference.js';
import { numberOf, onlySettings, textOf } from '../settings.js';
import type { CaseContext, GoldenCheck } from '../topic.js';
import { flatquantNames } from './flatquant-names.js';
import { quantizeWithLayer, readParameters } from './flatquant-of-model.js';

/** What is said of every case, and holds here. */
const said: { readonly [setting: string]: string } = {
  optimizer: 'AdamW(betas 0.9/0.999, eps 1e-8, weight_decay 0.01)',
  clamp_gradient: '1 for min ≤ x ≤ max, ends included',
  loss: 'MSE / detached MSE',
  inputs: 'float outputs of the original previous layer',
};

const numbers = ['layer', 'bits', 'tp', 'batch', 'epochs', 'lr_transforms_and_diag', 'lr_clips'];

function differs(what: string): never {
  throw new ThinkbitsError({
    code: 'golden/differs',
    message: `${what}.`,
    help: 'The setting is not one of those that are implemented, or a value before training differs.',
  });
}

/** The last learning rate of `cosine, T_max STEPS, eta_min RATE`, and a refusal of other schedules. */
function readSchedule(schedule: string, steps: number): number {
  const [, ends, last] = /^cosine, T_max (\d+), eta_min (\S+)$/.exec(schedule) ?? [];
  if (Number(ends) !== steps)
    differs(`The schedule "${schedule}" is not a cosine over ${steps} steps`);
  return Number(last);
}

/** Diagonals follow from the calibration text; the other parameters are given. */
function checkDiagonals(own: Parameters, given: Parameters, limit: Json | undefined): void {
  if (typeof limit !== 'number') differs('The case gives no tolerance "diag_start_relative"');
  for (const [name, { values }] of own) {
    if (!name.endsWith('.diagonal')) continue;
    const expected = given.get(name)?.values as Float32Array;
    const difference = findDifference(values, expected, { how: 'relative', limit });
    if (difference !== undefined) differs(`The first ${name} differs: ${difference}`);
  }
}

/** The loss before any step, whatever the steps may do. */
async function checkFirstLoss(losses: readonly number[], context: CaseContext): Promise<void> {
  const { first_loss_relative: limit } = context.tolerance;
  const [expected] = Array.from((await context.expected('loss_per_step')) ?? []);
  if (typeof limit !== 'number' || expected === undefined)
    differs('The case gives no loss_per_step or no tolerance "first_loss_relative"');
  const difference = findDifference(losses.slice(0, 1), [expected], { how: 'relative', limit });
  if (difference !== undefined) differs(`The first loss differs: ${difference}`);
}

async function compute(context: CaseContext) {
  const { settings, input, signal, tolerance } = context;
  onlySettings(settings, ['kind', 'model', 'schedule', ...numbers, ...Object.keys(said)]);
  for (const [name, holds] of Object.entries(said))
    if (settings[name] !== holds)
      differs(`The setting "${name}" is ${JSON.stringify(settings[name])}`);
  const [epochs, batch] = [numberOf(settings, 'epochs'), numberOf(settings, 'batch')];
  const samples = (await input('calibration_ids')).shape[0] as number;
  const options = {
    epochs,
    batch,
    learningRate: numberOf(settings, 'lr_transforms_and_diag'),
    clipLearningRate: numberOf(settings, 'lr_clips'),
    finalLearningRate: readSchedule(
      textOf(settings, 'schedule'),
      epochs * Math.floor(samples / batch),
    ),
  };
  const steps: TrainingStep[] = [];
  let parameters: Parameters = new Map();
  await quantizeWithLayer(context, options, {
    async propose(layer) {
      parameters = await readParameters(context, 'start', layer);
      const own = await layer.firstParameters(createRandom(0));
      checkDiagonals(own, parameters, tolerance.diag_start_relative);
      await layer.train(parameters, { signal, onStep: (step) => steps.push(step) });
      return { edits: [] };
    },
    look: async () => undefined,
  });
  const losses = steps.map(({ loss }) => loss);
  await checkFirstLoss(losses, context);
  const results = flatquantNames(numberOf(settings, 'tp')).flatMap(([theirs, ours]) => [
    [`gradient.${theirs}`, steps[0]?.gradients.get(ours) ?? []] as const,
    [`final.${theirs}`, parameters.get(ours)?.values ?? []] as const,
  ]);
  return {
    loss_per_step: losses,
    learning_rate_per_step: steps.map(({ learningRate }) => learningRate),
    ...Object.fromEntries(results),
  };
}

/** The training of one layer from given maps: losses, first gradients, last parameters. */
export function flatquantTraining(settings: { readonly [name: string]: Json }): GoldenCheck {
  const names = flatquantNames(numberOf(settings, 'tp')).map(([theirs]) => theirs);
  const of = (prefix: string) => names.map((name) => `${prefix}.${name}`);
  return {
    rules: {
      loss_per_step_relative: { how: 'relative', of: ['loss_per_step'] },
      gradient_relative_frobenius_per_tensor: { how: 'frobenius', of: of('gradient') },
      final_relative_frobenius_per_tensor: { how: 'frobenius', of: of('final') },
      // said of one step, and of what the case has as inputs: compared as they are computed
      first_loss_relative: { how: 'relative', of: [] },
      diag_start_relative: { how: 'relative', of: [] },
      learning_rate_per_step: {
        how: 'relative',
        of: ['learning_rate_per_step'],
        unsaid: { how: 'relative', limit: 1e-6 },
      },
    },
    compute,
  };
}
