import { folderFiles } from '@thinkbits/checkpoint/node';
import { loadModel, type Model, rotaryFrequencies } from '@thinkbits/inference';
import { greedy } from '@thinkbits/spec';
import { textOf } from '../settings.js';
import type { GoldenTensor } from '../tensor.js';
import type { CaseContext, GoldenCheck, GoldenTopic } from '../topic.js';

/** The unpadded ids of a row of a left-padded batch, and where they start. */
function rowOf(ids: GoldenTensor, mask: GoldenTensor, row: number) {
  const length = ids.shape[1] as number;
  const at = (tensor: GoldenTensor) => tensor.values.subarray(row * length, (row + 1) * length);
  const padding = at(mask).findIndex((seen) => seen !== 0);
  return { padding, ids: Int32Array.from(at(ids).subarray(padding)) };
}

/** Logits `[rows, tokens, vocabulary]`; a row is computed without its padding, which stays 0. */
async function batchLogits(model: Model, ids: GoldenTensor, mask: GoldenTensor) {
  const [rows, tokens] = ids.shape as [number, number];
  const { vocabulary } = model.info;
  const logits = new Float32Array(rows * tokens * vocabulary);
  for (let row = 0; row < rows; row++) {
    const { padding, ids: own } = rowOf(ids, mask, row);
    logits.set(await model.logits(own), (row * tokens + padding) * vocabulary);
  }
  return logits;
}

/** Greedy continuations of all rows, decoded together. */
async function continuations(
  model: Model,
  ids: GoldenTensor,
  mask: GoldenTensor,
  maxTokens: number,
  signal: AbortSignal,
): Promise<number[]> {
  const rows = ids.shape[0] as number;
  const engine = model.engine({ batch: rows });
  const requests = Array.from({ length: rows }, (_, row) => ({
    id: String(row),
    prompt: { ids: [...rowOf(ids, mask, row).ids] },
    sampling: greedy,
    seed: 0,
    maxTokens,
  }));
  const answers: number[][] = [];
  for await (const { id, tokens } of engine.generate(requests, { signal })) {
    answers[Number(id)] = [...(tokens ?? [])];
  }
  return answers.flat();
}

const checkpoint: GoldenCheck = {
  rules: {
    logits_max_abs: { how: 'absolute', of: ['logits'] },
    hidden_max_abs: {
      how: 'absolute',
      of: ['hidden_states_first_sequence', 'final_norm_first_sequence'],
    },
    nll_max_abs: { how: 'absolute', of: ['nll'] },
    mean_nll_abs: { how: 'absolute', of: ['mean_nll'] },
    greedy_ids: { how: 'exact', of: ['greedy_ids'] },
    rotary_inverse_frequencies_relative: {
      how: 'relative',
      of: ['rotary_inverse_frequencies', 'rotary_attention_factor'],
    },
  },
  compute: async (context: CaseContext) => {
    const { input, settings, signal } = context;
    const [ids, mask, sequence] = await Promise.all([
      input('ids'),
      input('attention_mask'),
      input('nll_ids'),
    ]);
    const newTokens = (await context.expectedShape('greedy_ids')).at(-1) ?? 0;
    const directory = context.modelDirectory(textOf(settings, 'folder'));
    const model = await loadModel(folderFiles(directory), { signal });
    try {
      const states = await model.hiddenStates(rowOf(ids, mask, 0).ids);
      // The reference gives the embedding and all layers but the last, whose output it only shows normed.
      const stacked = states.slice(0, -2).flatMap((state) => Array.from(state));
      const nll = await model.negativeLogLikelihood(Int32Array.from(sequence.values), signal);
      const rotary = rotaryFrequencies(model.decoder.config.rotary);
      return {
        logits: await batchLogits(model, ids, mask),
        hidden_states_first_sequence: stacked,
        final_norm_first_sequence: states.at(-1) as Float32Array,
        greedy_ids: await continuations(model, ids, mask, newTokens, signal),
        nll,
        mean_nll: [nll.reduce((sum, loss) => sum + loss, 0) / nll.length],
        rotary_inverse_frequencies: rotary.inverse,
        rotary_attention_factor: [rotary.attentionFactor],
      };
    } finally {
      model.dispose();
      await model.checkpoint.close();
    }
  },
};

/** Whole checkpoints in float32. */
export const models: GoldenTopic = ({ kind, folder }) =>
  kind === undefined && typeof folder === 'string' ? checkpoint : undefined;
