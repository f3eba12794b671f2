import { rawSafetensors } from './raw-safetensors.js';

/** 1, -2, 0.5 in bfloat16; 1, -2 in float16; 1, 2, 3, 4 in float32. */
const data = {
  'a.bf16': [0x80, 0x3f, 0x00, 0xc0, 0x00, 0x3f],
  'b.f16': [0x00, 0x3c, 0x00, 0xc0],
  'c.f32': [...new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer)],
};

const header = {
  'a.bf16': { dtype: 'BF16', shape: [3] },
  'b.f16': { dtype: 'F16', shape: [2, 1] },
  'c.f32': { dtype: 'F32', shape: [2, 2] },
};

type Name = keyof typeof header;

/** A file with some tensors of the small model. */
export function smallShard(names: readonly Name[], metadata?: { [key: string]: string }): Uint8Array {
  let offset = 0;
  const entries = names.map((name) => {
    const begin = offset;
    offset += data[name].length;
    return [name, { ...header[name], data_offsets: [begin, offset] }];
  });
  return rawSafetensors(
    { ...(metadata && { __metadata__: metadata }), ...Object.fromEntries(entries) },
    Uint8Array.from(names.flatMap((name) => data[name])),
  );
}

/** config.json of the small model. */
export const smallConfig = '{ "model_type": "qwen2", "hidden_size": 2 }';

/** A model of three tensors in one file. */
export const smallModel = {
  'config.json': smallConfig,
  'model.safetensors': smallShard(['a.bf16', 'b.f16', 'c.f32']),
};

/** The same in two shards and an index. */
export const shardedModel = {
  'config.json': smallConfig,
  'model-00001-of-00002.safetensors': smallShard(['c.f32'], { format: 'pt' }),
  'model-00002-of-00002.safetensors': smallShard(['b.f16', 'a.bf16']),
  'model.safetensors.index.json': JSON.stringify({
    metadata: { total_size: 26 },
    weight_map: {
      'a.bf16': 'model-00002-of-00002.safetensors',
      'b.f16': 'model-00002-of-00002.safetensors',
      'c.f32': 'model-00001-of-00002.safetensors',
    },
  }),
};
