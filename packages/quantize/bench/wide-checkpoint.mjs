/** Writes a float checkpoint of real dimensions with random weights, a piece at a time. */
import { randomFillSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors } from '@thinkbits/checkpoint/node';
import { describeModel } from '@thinkbits/inference';
import { allLinears } from '@thinkbits/spec';

/** config.json with the dimensions of Qwen2-1.5B and fewer decoder layers. */
export const wideConfig = (layers) => ({
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  vocab_size: 151936,
  hidden_size: 1536,
  intermediate_size: 8960,
  num_hidden_layers: layers,
  num_attention_heads: 12,
  num_key_value_heads: 2,
  max_position_embeddings: 4096,
  rms_norm_eps: 1e-6,
  rope_theta: 1000000,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  bos_token_id: 0,
  eos_token_id: 1,
});

const pieceElements = 2 ** 21;

/** Random bf16: any sign and mantissa, with one of two exponents, so of size 2⁻⁷ to 2⁻⁵; norms are 1. */
async function* randomBfloat16(name, elements) {
  for (let done = 0; done < elements; done += pieceElements) {
    const values = new Uint16Array(Math.min(pieceElements, elements - done));
    if (name.endsWith('norm.weight')) values.fill(0x3f80);
    else {
      randomFillSync(values);
      for (let i = 0; i < values.length; i++) values[i] = (values[i] & 0x80ff) | 0x3c00;
    }
    yield new Uint8Array(values.buffer);
  }
}

/** Makes the folder; returns the declaration of the model. */
export async function writeWideCheckpoint(folder, layers) {
  const config = wideConfig(layers);
  const info = describeModel(config, 'qwen2-1.5b');
  const shapes = new Map([
    ['model.embed_tokens.weight', [info.vocabulary, info.hidden]],
    ['model.norm.weight', [info.hidden]],
  ]);
  for (const { name, out, in: columns, bias, tiedTo } of allLinears(info)) {
    if (tiedTo !== undefined) continue;
    shapes.set(`${name}.weight`, [out, columns]);
    if (bias) shapes.set(`${name}.bias`, [out]);
  }
  for (const { index } of info.blocks)
    for (const norm of ['input_layernorm', 'post_attention_layernorm'])
      shapes.set(`model.layers.${index}.${norm}.weight`, [info.hidden]);
  const tensors = Array.from(shapes, ([name, shape]) => ({
    name,
    dtype: 'BF16',
    shape,
    bytes: () =>
      randomBfloat16(
        name,
        shape.reduce((product, size) => product * size, 1),
      ),
  }));
  await mkdir(folder, { recursive: true });
  await writeSafetensors(join(folder, 'model.safetensors'), tensors);
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  return info;
}
