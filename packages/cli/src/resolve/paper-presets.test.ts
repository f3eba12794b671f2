import { describeModel } from '@thinkbits/inference';
import { planQuantization } from '@thinkbits/quantize';
import { presets } from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../testing/run-in-process.js';
import { resolvePipeline } from './quantizer.js';
import { resolveRecipe } from './recipe.js';

/** Dimensions of the models of the paper's tables 1, 3, 4 and 5 (methods.md §2.1); heads are 128 wide. */
const models = {
  'DeepSeek-R1-Distill-Qwen-1.5B': ['qwen2', 1536, 8960, 28, 12, 2, 151936, 131072],
  'DeepSeek-R1-Distill-Qwen-7B': ['qwen2', 3584, 18944, 28, 28, 4, 152064, 131072],
  'DeepSeek-R1-Distill-Qwen-14B': ['qwen2', 5120, 13824, 48, 40, 8, 152064, 131072],
  'DeepSeek-R1-Distill-Qwen-32B': ['qwen2', 5120, 27648, 64, 40, 8, 152064, 131072],
  'QwQ-32B': ['qwen2', 5120, 27648, 64, 40, 8, 152064, 40960],
  'DeepSeek-R1-Distill-Llama-8B': ['llama', 4096, 14336, 32, 32, 8, 128256, 131072],
  'DeepSeek-R1-Distill-Llama-70B': ['llama', 8192, 28672, 80, 64, 8, 128256, 131072],
  'Qwen3-8B': ['qwen3', 4096, 12288, 36, 32, 8, 151936, 40960],
} as const;

/** What the rows of those tables are called here. */
const rows = [
  ...['awq-w4', 'awq-w3', 'gptq-w4', 'gptq-w3'],
  ...['kvquant-star-kv4', 'kvquant-star-kv3', 'quarot-kv4', 'quarot-kv3'],
  ...['smoothquant-w8a8kv8', 'quarot-w8a8kv8', 'flatquant-w8a8kv8'],
  ...['mxfp4-w4a4kv4', 'quarot-w4a4kv4', 'flatquant-w4a4kv4'],
].map((row) => `paper/${row}`);

function modelInfo(name: keyof typeof models) {
  const [family, hidden, intermediate, layers, heads, kvHeads, vocabulary, positions] =
    models[name];
  const config = {
    model_type: family,
    hidden_size: hidden,
    intermediate_size: intermediate,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: 128,
    vocab_size: vocabulary,
    max_position_embeddings: positions,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: false,
    hidden_act: 'silu',
  };
  return describeModel(config, name);
}

describe('presets of the paper', () => {
  it('are the rows of its tables', () => {
    expect(Object.keys(presets).sort()).toEqual([...rows].sort());
  });

  it.each(Object.keys(presets))('%s prints a recipe that reads back as itself', async (preset) => {
    const { code, stdout } = await runInProcess(['recipe', preset]);
    expect(code).toBe(0);
    const { recipe } = await resolveRecipe(preset, process.cwd());
    expect(JSON.parse(stdout)).toEqual(recipe);
  });

  it.each(Object.keys(presets))('%s plans without an error for every model', async (preset) => {
    const { recipe } = await resolveRecipe(preset, process.cwd());
    const pipeline = await resolvePipeline(recipe, process.cwd());
    for (const name of Object.keys(models) as (keyof typeof models)[]) {
      const plan = planQuantization(modelInfo(name), recipe, pipeline);
      const errors = plan.issues.filter(({ severity }) => severity === 'error');
      expect(errors, name).toEqual([]);
      expect(plan.recipe.calibration?.length ?? 1, name).toBeGreaterThan(0);
    }
  });
});
