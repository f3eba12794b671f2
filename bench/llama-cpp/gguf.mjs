/**
 * Writes GGUF files of real dimensions with random weights, so that llama.cpp can be measured without a download: tensor
 * names, block formats and metadata are what it expects, and the text such a model writes is noise.
 *
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, version 3.
 */
import { createCipheriv } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

/** GGML's number of a type, weights of a block, bytes of a block. */
const types = {
  f32: { id: 0, weights: 1, bytes: 4 },
  q4_0: { id: 2, weights: 32, bytes: 18 },
  q8_0: { id: 8, weights: 32, bytes: 34 },
  q6_k: { id: 14, weights: 256, bytes: 210 },
};
const alignment = 32;
const mostlyQ4_0 = 2;
const padded = (bytes) => Math.ceil(bytes / alignment) * alignment;

// metadata value types
const [uint32, int32, float32, string, array] = [4, 5, 6, 8, 9];

/** The same bytes every time: a stream cipher over zeros. */
function noise(bytes) {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
    Buffer.alloc(bytes),
  );
}

/** float16 of 0.005, 0.0003 and 0.00008: what a block stands for stays within ±0.04. */
const scales = { q4_0: 0x1d1f, q8_0: 0x0d1f, q6_k: 0x051f };

/** About 4 MB of valid blocks of random weights. */
function randomBlocks(type) {
  const { bytes } = types[type];
  const count = Math.ceil(2 ** 22 / bytes);
  const blocks = noise(count * bytes);
  for (let at = 0; at < blocks.length; at += bytes) {
    if (type === 'q6_k') blocks.fill(16, at + 192, at + 208);
    blocks.writeUInt16LE(scales[type], type === 'q6_k' ? at + 208 : at);
  }
  return blocks;
}

/**
 * Tensors of a decoder in the order of the file. Linears are Q4_0; the head is kept as llama.cpp's own quantizer keeps it, in
 * Q6_K, or Q8_0 where rows are no multiple of 256.
 * @param config Hugging Face config.json of a llama or qwen2 model
 * @returns {{ name: string, shape: number[], type: keyof types, bytes: number }[]} shape: innermost dimension first
 */
export function ggufTensors(config) {
  const { hidden_size: width, intermediate_size: inner, vocab_size: vocabulary } = config;
  const head = width / config.num_attention_heads;
  const kv = head * config.num_key_value_heads;
  const tensors = [];
  const add = (name, shape, type) => {
    const count = shape.reduce((a, b) => a * b, 1);
    tensors.push({ name, shape, type, bytes: (count / types[type].weights) * types[type].bytes });
  };
  const headType = width % types.q6_k.weights ? 'q8_0' : 'q6_k';
  const tied = config.tie_word_embeddings;
  add('token_embd.weight', [width, vocabulary], tied ? headType : 'q4_0');
  add('output_norm.weight', [width], 'f32');
  if (!tied) add('output.weight', [width, vocabulary], headType);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const part = (name) => `blk.${layer}.${name}`;
    add(part('attn_norm.weight'), [width], 'f32');
    for (const [name, rows] of [
      ['q', width],
      ['k', kv],
      ['v', kv],
    ]) {
      add(part(`attn_${name}.weight`), [width, rows], 'q4_0');
      if (config.model_type === 'qwen2') add(part(`attn_${name}.bias`), [rows], 'f32');
    }
    add(part('attn_output.weight'), [width, width], 'q4_0');
    add(part('ffn_norm.weight'), [width], 'f32');
    for (const name of ['gate', 'up']) add(part(`ffn_${name}.weight`), [width, inner], 'q4_0');
    add(part('ffn_down.weight'), [inner, width], 'q4_0');
  }
  return tensors;
}

/** Bytes that a decoded token reads: every tensor, but of an embedding table that is no head only a row. */
export function bytesPerToken(config) {
  const read = ggufTensors(config).filter(
    ({ name }) => config.tie_word_embeddings || name !== 'token_embd.weight',
  );
  return read.reduce((sum, { bytes }) => sum + bytes, 0);
}

const u32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

/** Key-value pairs that llama.cpp needs, with a vocabulary that fills its size. */
function metadata(name, config) {
  const arch = config.model_type;
  const entries = [];
  const add = (key, type, ...values) =>
    entries.push(Buffer.concat([text(key), u32(type), ...values]));
  const number = (key, value) => add(key, uint32, u32(value));
  const real = (key, value) => add(key, float32, Buffer.from(Float32Array.of(value).buffer));
  add('general.architecture', string, text(arch));
  add('general.name', string, text(name));
  number('general.file_type', mostlyQ4_0);
  number(`${arch}.context_length`, config.max_position_embeddings);
  number(`${arch}.embedding_length`, config.hidden_size);
  number(`${arch}.block_count`, config.num_hidden_layers);
  number(`${arch}.feed_forward_length`, config.intermediate_size);
  number(`${arch}.attention.head_count`, config.num_attention_heads);
  number(`${arch}.attention.head_count_kv`, config.num_key_value_heads);
  real(`${arch}.attention.layer_norm_rms_epsilon`, config.rms_norm_eps);
  number(`${arch}.rope.dimension_count`, config.hidden_size / config.num_attention_heads);
  real(`${arch}.rope.freq_base`, config.rope_theta);
  number(`${arch}.vocab_size`, config.vocab_size);
  // unknown, begin, end, the 256 bytes, then words
  const vocabulary = Array.from({ length: config.vocab_size }, (_, id) => {
    if (id < 3) return { piece: ['<unk>', '<s>', '</s>'][id], kind: id === 0 ? 2 : 3 };
    if (id < 259)
      return { piece: `<0x${(id - 3).toString(16).toUpperCase().padStart(2, '0')}>`, kind: 6 };
    return { piece: `\u2581t${id}`, kind: 1 };
  });
  const list = (type) => [u32(type), u64(vocabulary.length)];
  add('tokenizer.ggml.model', string, text('llama'));
  const pieces = Buffer.concat(vocabulary.map(({ piece }) => text(piece)));
  add('tokenizer.ggml.tokens', array, ...list(string), pieces);
  const scores = Float32Array.from(vocabulary, (_, id) => -id);
  add('tokenizer.ggml.scores', array, ...list(float32), Buffer.from(scores.buffer));
  const kinds = Int32Array.from(vocabulary, ({ kind }) => kind);
  add('tokenizer.ggml.token_type', array, ...list(int32), Buffer.from(kinds.buffer));
  for (const [id, key] of [
    [1, 'bos'],
    [2, 'eos'],
    [0, 'unknown'],
  ])
    number(`tokenizer.ggml.${key}_token_id`, id);
  return entries;
}

/** Everything before the tensors' bytes. */
function header(name, config, tensors) {
  const entries = metadata(name, config);
  let offset = 0;
  const infos = tensors.map(({ name, shape, type, bytes }) => {
    const place = [u32(types[type].id), u64(offset)];
    offset += padded(bytes);
    return Buffer.concat([text(name), u32(shape.length), ...shape.map(u64), ...place]);
  });
  const start = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(entries.length)];
  const all = Buffer.concat([...start, ...entries, ...infos]);
  return Buffer.concat([all, Buffer.alloc(padded(all.length) - all.length)]);
}

/**
 * Writes a file of random Q4_0 weights; the same config always gives the same file.
 * @param config Hugging Face config.json of a llama or qwen2 model
 */
export function writeSyntheticGguf(path, name, config) {
  const tensors = ggufTensors(config);
  const blocks = new Map();
  const file = openSync(path, 'w');
  const put = (bytes) => {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
  };
  try {
    put(header(name, config, tensors));
    for (const { name, type, bytes } of tensors) {
      if (type === 'f32') {
        const values = new Float32Array(bytes / 4).fill(name.includes('norm') ? 1 : 0);
        put(Buffer.from(values.buffer));
      } else {
        if (!blocks.has(type)) blocks.set(type, randomBlocks(type));
        const block = blocks.get(type);
        for (let left = bytes; left > 0; left -= block.length)
          put(block.subarray(0, Math.min(left, block.length)));
      }
      put(Buffer.alloc(padded(bytes) - bytes));
    }
  } finally {
    closeSync(file);
  }
}
