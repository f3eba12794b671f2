/**
 * Where the time of decoding goes, as ratios measured in one run. Variants take turns round by round, so that a machine that
 * changes speed changes it for all; medians of the rounds are printed. About three minutes on two cores.
 *
 *   pnpm --filter @thinkbits/inference bench [-- micro|nano] [--rounds 5] [--json]
 */
import { cpus } from 'node:os';
import { matMul, randomUniform, tidy } from '@tensorflow/tfjs-core';
import { openCheckpoint } from '@thinkbits/checkpoint';
import { folderFiles } from '@thinkbits/checkpoint/node';
import { createModel, selectBackend } from '@thinkbits/inference';
import { tinyReasoner } from '@thinkbits/model-tiny-reasoner';
import { quantizedLinears } from './quantized-linears.mjs';

const words = process.argv.slice(2);
const option = (name, otherwise) =>
  words.includes(name) ? words[words.indexOf(name) + 1] : otherwise;
const name = words.find((word) => ['micro', 'nano'].includes(word)) ?? 'micro';
const rounds = Number(option('--rounds', 5));
const steps = 24;
const { name: backend } = await selectBackend();
const checkpoint = await openCheckpoint(folderFiles(tinyReasoner(name)));

const kvPart = (bits) => ({
  bits,
  axis: 'token',
  group: 'head',
  symmetric: false,
  range: 'zero-inclusive',
  clip: 1,
});
const kv = (bits) => ({ key: kvPart(bits), value: kvPart(bits), window: 0, rope: 'after' });

const float = await createModel(checkpoint);
const models = {
  float,
  w4: await createModel(checkpoint, {
    quantized: await quantizedLinears(checkpoint, float.info, { bits: 4, group: 64 }),
  }),
  kv8: await createModel(checkpoint, { kv: kv(8) }),
  kv4: await createModel(checkpoint, { kv: kv(4) }),
  kv3: await createModel(checkpoint, { kv: kv(3) }),
  kv2: await createModel(checkpoint, { kv: kv(2) }),
};

/**
 * Rows that decode on and on: every call is one round of steps and returns the seconds of one. The prompt is read once; all
 * variants have grown equally long when a round compares them.
 */
function decoding({ decoder }, batch, context) {
  const cache = decoder.createCache();
  const ids = Array.from({ length: context }, (_, i) => 7 + ((i * 31) % 400));
  let position = context;
  const step = () => {
    const segments = Array.from({ length: batch }, (_, slot) => ({
      slot,
      start: position,
      count: 1,
    }));
    const tokens = segments.map(({ slot }) => 7 + slot);
    const hidden = decoder.forward(tokens, segments, cache);
    const logits = decoder.logits(hidden);
    logits.dataSync();
    logits.dispose();
    hidden.dispose();
    position++;
  };
  return {
    prepare() {
      for (let slot = 0; slot < batch; slot++)
        decoder.forward(ids, [{ slot, start: 0, count: context }], cache).dispose();
      step();
    },
    round() {
      const started = performance.now();
      for (let i = 0; i < steps; i++) step();
      return (performance.now() - started) / 1000 / steps;
    },
    dispose: () => cache.dispose(),
  };
}

/** The matrix products alone of such steps. */
function products({ decoder }, batch) {
  const weights = [
    ...decoder.weights.layers.flatMap(({ qkv, o, gateUp, down }) => [qkv, o, gateUp, down]),
    decoder.weights.head,
  ].map(({ weight }) => weight);
  const inputs = new Map(
    weights.map((weight) => [weight.in, matMul(tfRandom(batch, 4), tfRandom(4, weight.in))]),
  );
  const step = () =>
    tidy(() => {
      for (const weight of weights) weight.apply(inputs.get(weight.in));
    });
  return {
    prepare: step,
    round() {
      const started = performance.now();
      for (let i = 0; i < steps; i++) step();
      return (performance.now() - started) / 1000 / steps;
    },
    dispose: () => {
      for (const input of inputs.values()) input.dispose();
    },
  };
}

const tfRandom = (rows, columns) => randomUniform([rows, columns], -1, 1);

const measures = {
  'matmuls alone, batch 64': products(float, 64),
  'float, batch 64, context 256': decoding(float, 64, 256),
  'w4 g64, batch 64, context 256': decoding(models.w4, 64, 256),
  'kv8, batch 64, context 256': decoding(models.kv8, 64, 256),
  'kv4, batch 64, context 256': decoding(models.kv4, 64, 256),
  'kv3, batch 64, context 256': decoding(models.kv3, 64, 256),
  'kv2, batch 64, context 256': decoding(models.kv2, 64, 256),
  'float, batch 1, context 256': decoding(float, 1, 256),
  'float, batch 16, context 256': decoding(float, 16, 256),
  'float, batch 16, context 1024': decoding(float, 16, 1024),
  'kv4, batch 16, context 1024': decoding(models.kv4, 16, 1024),
};

const note = (text) => process.stderr.write(`${text}\n`);
for (const [key, { prepare }] of Object.entries(measures)) {
  note(`preparing: ${key}`);
  prepare();
}
const times = new Map(Object.keys(measures).map((key) => [key, []]));
for (let round = 0; round < rounds; round++) {
  note(`round ${round + 1} of ${rounds}`);
  for (const [key, measure] of Object.entries(measures)) times.get(key).push(measure.round());
}
for (const measure of Object.values(measures)) measure.dispose();

const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const median = (key) => middle(times.get(key));
/** The median of the rounds' ratios: in each the two stand side by side, at one length of context. */
const ratio = (a, b) => middle(times.get(a).map((seconds, round) => seconds / times.get(b)[round]));
const base = 'float, batch 64, context 256';
const bytes = (key) => models[key].memory.kvBytesPerToken.packed;
const result = {
  processor: cpus()[0]?.model,
  cores: cpus().length,
  backend,
  model: `tiny-reasoner-${name}`,
  rounds,
  ratios: {
    'decode at batch 64 over its matmuls alone': ratio(base, 'matmuls alone, batch 64'),
    'w4 over float weights': ratio('w4 g64, batch 64, context 256', base),
    'kv8 over float cache': ratio('kv8, batch 64, context 256', base),
    'kv4 over float cache': ratio('kv4, batch 64, context 256', base),
    'kv3 over float cache': ratio('kv3, batch 64, context 256', base),
    'kv2 over float cache': ratio('kv2, batch 64, context 256', base),
    'kv4 over float cache, context 1024': ratio(
      'kv4, batch 16, context 1024',
      'float, batch 16, context 1024',
    ),
  },
  kv_bytes_per_token: {
    float: bytes('float'),
    kv8: bytes('kv8'),
    kv4: bytes('kv4'),
    kv3: bytes('kv3'),
    kv2: bytes('kv2'),
  },
  weight_bytes: {
    float: float.memory.floatBytes,
    w4_packed: models.w4.memory.packedBytes,
    w4_held: models.w4.memory.heldBytes,
  },
  tokens_per_second: {
    1: 1 / median('float, batch 1, context 256'),
    16: 16 / median('float, batch 16, context 256'),
    64: 64 / median(base),
  },
  seconds: Object.fromEntries([...times].map(([key, all]) => [key, all])),
};

if (words.includes('--json')) console.log(JSON.stringify(result, null, 2));
else {
  console.log(
    `${result.processor}, ${result.cores} cores, backend ${backend}, ${result.model}, medians of ${rounds} rounds\n`,
  );
  console.log('time ratio (below 1 is faster)');
  for (const [key, value] of Object.entries(result.ratios))
    console.log(`  ${key.padEnd(44)} ${value.toFixed(2)}`);
  console.log('\ntokens per second, float');
  for (const [batch, value] of Object.entries(result.tokens_per_second))
    console.log(`  batch ${batch.padEnd(38)} ${value.toFixed(0)}`);
  console.log('\nbytes of a cached token');
  for (const [key, value] of Object.entries(result.kv_bytes_per_token)) {
    console.log(
      `  ${key.padEnd(44)} ${value} ${key === 'float' ? '' : `(${(result.kv_bytes_per_token.float / value).toFixed(1)} times less)`}`,
    );
  }
  const { w4_packed, w4_held, float: floatBytes } = result.weight_bytes;
  console.log(
    `\nweights: float ${floatBytes} B; w4 packed ${w4_packed} B, held by ${backend} ${w4_held} B`,
  );
}
for (const model of Object.values(models)) model.dispose();
