import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors } from '@thinkbits/checkpoint/node';
import { describeModel } from '@thinkbits/inference';
import { createRandom, float32ToBfloat16 } from '@thinkbits/numerics';
import type { JsonObject, ModelInfo } from '@thinkbits/spec';

/** Shape of a random model that is written for a test. */
export interface TinyModel {
  readonly family?: 'llama' | 'qwen2' | 'qwen3';
  readonly layers?: number;
  readonly hidden?: number;
  readonly intermediate?: number;
  readonly tied?: boolean;
  readonly seed?: number;
}

/** config.json of a tiny model. */
export function tinyConfig(shape: TinyModel = {}): JsonObject {
  const { family = 'qwen2', layers = 2, hidden = 32, intermediate = 80, tied = false } = shape;
  const names = { llama: 'LlamaForCausalLM', qwen2: 'Qwen2ForCausalLM', qwen3: 'Qwen3ForCausalLM' };
  return {
    architectures: [names[family]],
    model_type: family,
    vocab_size: 64,
    hidden_size: hidden,
    intermediate_size: intermediate,
    num_hidden_layers: layers,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 8,
    max_position_embeddings: 128,
    rms_norm_eps: 1e-6,
    rope_theta: 10000,
    tie_word_embeddings: tied,
    torch_dtype: 'bfloat16',
    bos_token_id: 0,
    eos_token_id: 1,
  };
}

/** The declaration of a tiny model. */
export const tinyInfo = (shape?: TinyModel): ModelInfo => describeModel(tinyConfig(shape));

/** Seeded bf16 weights of a tiny model, as a checkpoint stores them. */
export function tinyTensors(shape: TinyModel = {}) {
  const info = tinyInfo(shape);
  const random = createRandom(shape.seed ?? 0);
  const tensor = (name: string, dimensions: number[], around = 0) => {
    const draws = random.fork(name);
    const size = dimensions.reduce((product, dimension) => product * dimension, 1);
    const values = Float32Array.from({ length: size }, () => around + 0.1 * draws.normal());
    return { name, dtype: 'BF16' as const, shape: dimensions, bytes: new Uint8Array(float32ToBfloat16(values).buffer) };
  };
  const norm = (name: string, size = info.hidden) => tensor(name, [size], 1);
  return [
    tensor('model.embed_tokens.weight', [info.vocabulary, info.hidden]),
    ...info.blocks.flatMap(({ index, stages }) => [
      ...stages.flat().flatMap((linear) => [
        tensor(`${linear.name}.weight`, [linear.out, linear.in]),
        ...(linear.bias ? [tensor(`${linear.name}.bias`, [linear.out])] : []),
      ]),
      norm(`model.layers.${index}.input_layernorm.weight`),
      norm(`model.layers.${index}.post_attention_layernorm.weight`),
      ...(shape.family === 'qwen3'
        ? ['q_norm', 'k_norm'].map((name) => norm(`model.layers.${index}.self_attn.${name}.weight`, info.headDim))
        : []),
    ]),
    norm('model.norm.weight'),
    ...(shape.tied ? [] : [tensor('lm_head.weight', [info.vocabulary, info.hidden])]),
  ];
}

/** Files beside the weights; the tokenizer is not read by what is tested here. */
export const tinyTexts: { readonly [file: string]: string } = {
  'generation_config.json': '{"temperature": 0.6}\n',
  'tokenizer_config.json': '{"chat_template": "{{ messages }}"}\n',
  'README.md': 'Not copied.\n',
};

/** Writes a tiny model as a Hugging Face directory. */
export async function writeTinyModel(directory: string, shape: TinyModel = {}): Promise<string> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'config.json'), JSON.stringify(tinyConfig(shape), null, 2));
  for (const [file, text] of Object.entries(tinyTexts)) await writeFile(join(directory, file), text);
  await writeSafetensors(join(directory, 'model.safetensors'), tinyTensors(shape));
  return directory;
}
