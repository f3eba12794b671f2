import { folderFiles } from '@thinkbits/checkpoint/node';
import { type LikelihoodModel, perplexity as measure } from '@thinkbits/evaluate';
import { loadModel } from '@thinkbits/inference';
import { numberOf, textOf } from '../settings.js';
import type { CaseContext, GoldenCheck, GoldenTopic } from '../topic.js';

/** Remembers the losses that count: of each window those of ids that no earlier window held. */
function recorder(model: LikelihoodModel): LikelihoodModel & { readonly losses: number[] } {
  const losses: number[] = [];
  let scoredTo = 0;
  return {
    losses,
    async negativeLogLikelihood(ids, signal) {
      const all = await model.negativeLogLikelihood(ids, signal);
      const end = ids.byteOffset / ids.BYTES_PER_ELEMENT + ids.length; // windows are views of one array
      losses.push(...all.slice(-Math.min(end - scoredTo, all.length)));
      scoredTo = end;
      return all;
    },
  };
}

async function compute(context: CaseContext, stride: number | undefined) {
  const { settings, signal } = context;
  const ids = Int32Array.from((await context.input('ids')).values);
  const directory = context.modelDirectory(textOf(settings, 'model'));
  const model = await loadModel(folderFiles(directory), { signal });
  try {
    const recorded = recorder(model);
    const window = numberOf(settings, 'window');
    const options = { window, signal, ...(stride !== undefined && { stride }) };
    const result = await measure(recorded, ids, options);
    return {
      nll: recorded.losses,
      mean_nll: [result.nll_per_token],
      perplexity: [result.perplexity],
    };
  } finally {
    model.dispose();
    await model.checkpoint.close();
  }
}

const rules: GoldenCheck['rules'] = {
  nll_max_abs: { how: 'absolute', of: ['nll', 'mean_nll'] },
  perplexity_relative: { how: 'relative', of: ['perplexity'] },
};
const disjoint: GoldenCheck = { rules, compute: (context) => compute(context, undefined) };
const strided: GoldenCheck = {
  rules,
  compute: (context) => compute(context, numberOf(context.settings, 'stride')),
};

/** Perplexity over fixed ids. */
export const perplexity: GoldenTopic = ({ kind }) => {
  if (kind === 'disjoint') return disjoint;
  return kind === 'strided' ? strided : undefined;
};
