import { folderFiles } from '@thinkbits/checkpoint/node';
import { loadModel, type Model, RotaryTables } from '@thinkbits/inference';
import { quantize } from '@thinkbits/quantize';
import { kvquant } from '@thinkbits/quantizer-kvquant';
import type { Edit, KvBits, KvParameters, LinearMap } from '@thinkbits/spec';
import { booleanOf, numberOf, oneOf, onlySettings, textOf } from '../settings.js';
import type { CaseContext, GoldenCheck } from '../topic.js';
import { calibrationOf } from './calibration-ids.js';

/** The keys of layer 0 as attention reads them back, `[kvHeads, tokens, headDim]`. */
function keysSeen({ decoder }: Model, ids: Int32Array): Float32Array {
  const cache = decoder.createCache();
  try {
    decoder.forward([...ids], [{ slot: 0, start: 0, count: ids.length }], cache).dispose();
    const table = new RotaryTables(decoder.config.rotary).upTo(ids.length);
    return cache.read(0, 0, 'keys', table);
  } finally {
    cache.dispose();
  }
}

/** More decoder layers than any case has: what a case does not have is passed over. */
const layers = Array.from({ length: 128 }, (_, index) => index);

const rules: GoldenCheck['rules'] = {
  logits_relative_frobenius: { how: 'frobenius', of: ['logits'] },
  // What the golden data's README asks of float logits.
  logits_float: { how: 'absolute', of: ['logits_float'], unsaid: { how: 'absolute', limit: 5e-3 } },
  '0.key_seen_by_attention': { how: 'most', of: ['0.key_seen_by_attention'] },
  // Said of all whole models; grids that are found per token are not kept in the case.
  key_scale_relative: { how: 'relative', of: layers.map((index) => `${index}.key_scale`) },
  key_zero: { how: 'ties', of: layers.map((index) => `${index}.key_zero`) },
};

/** What a case expects of a model, from its float model and the one that `make` gives it another cache. */
async function outputsOf(
  { settings, input, modelDirectory, signal }: CaseContext,
  make: (float: Model) => PromiseLike<Model>,
) {
  const ids = Int32Array.from((await input('ids')).values);
  const files = folderFiles(modelDirectory(textOf(settings, 'model')));
  const float = await loadModel(files, { signal });
  try {
    const quantized = await make(float);
    try {
      return {
        logits: await quantized.logits(ids, signal),
        logits_float: await float.logits(ids, signal),
        '0.key_seen_by_attention': keysSeen(quantized, ids),
        ...gridsOf(quantized.decoder.kvParameters ?? []),
      };
    } finally {
      quantized.dispose();
    }
  } finally {
    float.dispose();
    await float.checkpoint.close();
  }
}

function gridsOf(parameters: readonly KvParameters[]): { [name: string]: Float32Array } {
  return Object.fromEntries(
    parameters.flatMap(({ staticKeys }, index) =>
      staticKeys
        ? [
            [`${index}.key_scale`, staticKeys.scales],
            [`${index}.key_zero`, staticKeys.zeros],
          ]
        : [],
    ),
  );
}

/** A Hadamard transform of queries and keys after the rotary embedding, y = H x for each head. */
function headTransforms({ info }: Model): Extract<Edit, { op: 'online' }>[] {
  const map: LinearMap = { kind: 'hadamard', size: info.headDim };
  return info.blocks.map(({ index }) => ({
    op: 'online',
    site: { block: index, at: 'query-key' },
    // rows times the transpose
    map: { forward: { ...map, transposed: true }, inverse: map },
  }));
}

/** A whole model whose cache keeps keys, after the rotary embedding and a transform or none, and values per token and head. */
export const modelWithRotatedCache: GoldenCheck = {
  rules,
  async compute(context) {
    const { settings, signal } = context;
    onlySettings(settings, [
      'kind',
      'model',
      'bits',
      'symmetric',
      'hadamard_on_q_and_k',
      'key_granularity',
      'value_granularity',
      'clip_ratio',
    ]);
    oneOf(settings, 'key_granularity', ['token and head, after RoPE']);
    oneOf(settings, 'value_granularity', ['token and head']);
    const part = {
      bits: numberOf(settings, 'bits') as KvBits,
      axis: 'token',
      group: 'head',
      symmetric: booleanOf(settings, 'symmetric'),
      range: 'zero-inclusive',
      clip: numberOf(settings, 'clip_ratio'),
    } as const;
    const kv = { key: part, value: part, window: 0, rope: 'after' } as const;
    const rotated = booleanOf(settings, 'hadamard_on_q_and_k');
    return outputsOf(context, (float) =>
      loadModel(float.checkpoint, {
        kv,
        signal,
        ...(rotated && { online: headTransforms(float) }),
      }),
    );
  },
};

/** KVQuant*: a whole model whose keys are on static grids per channel, values per token and head. */
export const modelWithStaticCache: GoldenCheck = {
  rules,
  async compute(context) {
    const { settings, input, signal } = context;
    onlySettings(settings, [
      'kind',
      'model',
      'bits',
      'symmetric',
      'key_granularity',
      'value_granularity',
      'rope',
      'bias_subtracted',
      'range_includes_zero',
    ]);
    oneOf(settings, 'key_granularity', ['static per channel']);
    oneOf(settings, 'value_granularity', ['token and head']);
    const codec = kvquant({
      rope: oneOf(settings, 'rope', ['before', 'after']),
      preBias: booleanOf(settings, 'bias_subtracted'),
      range: booleanOf(settings, 'range_includes_zero') ? 'zero-inclusive' : 'min-max',
    });
    const kv = {
      bits: numberOf(settings, 'bits') as KvBits,
      symmetric: booleanOf(settings, 'symmetric'),
    };
    const calibration = calibrationOf(await input('calibration_ids'));
    return outputsOf(context, (float) =>
      quantize(float, { pipeline: [codec], kv, calibration, signal }),
    );
  },
};
