/**
 * Where the time of decoding goes, as ratios measured in one run. Variants take turns round by round, so that a machine that
 * changes speed changes it for all; medians of the rounds are printed.
 *
 *   pnpm --filter @thinkbits/inference bench [-- micro|nano] [--rounds 5] [--json]
 */
import { cpus } from 'node:os';
import { matMul, randomUniform, tidy } from '@tensorflow/tfjs-core';
import { openCheckpoint } from '@thinkbits/checkpoint';
import { folderFiles } from '@thinkbits/checkpoint/node';
import { createModel, selectBackend } from '@thinkbits/inference';
import { tinyReasoner } from '@thinkbits/model-tiny-reasoner';
import { roundToNearest } from '@thinkbits/numerics';
import { allLinears } from '@thinkbits/spec';

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

async function quantized(info, bits) {
  const scheme = { bits, group: 64, symmetric: false, range: 'zero-inclusive' };
  const codes = new Map();
  for (const linear of allLinears(info)) {
    if (linear.name === info.head.name) continue;
    const { values } = await checkpoint.readFloat(`${linear.name}.weight`);
    codes.set(linear.name, roundToNearest(values, linear.out, linear.in, scheme));
  }
  return codes;
}

const float = await createModel(checkpoint);
const models = {
  float,
  w4: await createModel(checkpoint, { quantized: await quantized(float.info, 4) }),
  kv8: await createModel(checkpoint, { kv: kv(8) }),
  kv4: await createModel(checkpoint, { kv: kv(4) }),
  kv3: await createModel(checkpoint, { kv: kv(3) }),
  kv2: await createModel(checkpoint, { kv: kv(2) }),
};

/** Seconds a step of `batch` rows takes behind `context` cached tokens each. */
function decodeSeconds({ decoder }, batch, context) {
  const cache = decoder.createCache();
  const ids = Array.from({ length: context }, (_, i) => 7 + ((i * 31) % 400));
  for (let slot = 0; slot < batch; slot++)
    decoder.forward(ids, [{ slot, start: 0, count: context }], cache).dispose();
  const step = (at) => {
    const segments = Array.from({ length: batch }, (_, slot) => ({
      slot,
      start: context + at,
      count: 1,
    }));
    const hidden = decoder.forward(
      segments.map(({ slot }) => 7 + slot),
      segments,
      cache,
    );
    const logits = decoder.logits(hidden);
    logits.dataSync();
    logits.dispose();
    hidden.dispose();
  };
  step(0);
  const started = performance.now();
  for (let at = 1; at <= steps; at++) step(at);
  const seconds = (performance.now() - started) / 1000 / steps;
  cache.dispose();
  return seconds;
}

/** Seconds of the matrix products alone of one such step. */
function matmulSeconds({ decoder }, batch) {
  const weights = [
    ...decoder.weights.layers.flatMap(({ qkv, o, gateUp, down }) => [qkv, o, gateUp, down]),
    decoder.weights.head,
  ].map(({ weight }) => weight);
  const inputs = new Map(
    weights.map((weight) => [weight.in, matMul(tfRandom(batch, 4), tfRandom(4, weight.in))]),
  );
  const run = () =>
    tidy(() => {
      for (const weight of weights) weight.apply(inputs.get(weight.in));
    });
  run();
  const started = performance.now();
  for (let i = 0; i < steps; i++) run();
  const seconds = (performance.now() - started) / 1000 / steps;
  for (const input of inputs.values()) input.dispose();
  return seconds;
}

const tfRandom = (rows, columns) => randomUniform([rows, columns], -1, 1);

const measures = {
  'matmuls alone, batch 64': () => matmulSeconds(float, 64),
  'float, batch 64, context 256': () => decodeSeconds(float, 64, 256),
  'w4 g64, batch 64, context 256': () => decodeSeconds(models.w4, 64, 256),
  'kv8, batch 64, context 256': () => decodeSeconds(models.kv8, 64, 256),
  'kv4, batch 64, context 256': () => decodeSeconds(models.kv4, 64, 256),
  'kv3, batch 64, context 256': () => decodeSeconds(models.kv3, 64, 256),
  'kv2, batch 64, context 256': () => decodeSeconds(models.kv2, 64, 256),
  'float, batch 1, context 256': () => decodeSeconds(float, 1, 256),
  'float, batch 16, context 256': () => decodeSeconds(float, 16, 256),
  'float, batch 16, context 1024': () => decodeSeconds(float, 16, 1024),
  'kv4, batch 16, context 1024': () => decodeSeconds(models.kv4, 16, 1024),
};

const times = new Map(Object.keys(measures).map((key) => [key, []]));
for (let round = 0; round < rounds; round++)
  for (const [key, run] of Object.entries(measures)) times.get(key).push(run());
const median = (key) =>
  times
    .get(key)
    .slice()
    .sort((a, b) => a - b)[Math.floor(rounds / 2)];
const ratio = (a, b) => median(a) / median(b);
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
      `  ${key.padEnd(44)} ${value} (${(result.kv_bytes_per_token.float / value).toFixed(1)} times less than float)`,
    );
  }
  const { w4_packed, w4_held, float: floatBytes } = result.weight_bytes;
  console.log(
    `\nweights: float ${floatBytes} B; w4 packed ${w4_packed} B, held by ${backend} ${w4_held} B`,
  );
}
for (const model of Object.values(models)) model.dispose();
