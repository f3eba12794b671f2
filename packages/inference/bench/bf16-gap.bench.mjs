/**
 * What --compute bf16 does to logits: the same weights on the same tokens, in f32 and in bf16.
 *
 *   pnpm bench bf16-gap [--bits 4] [--group 32] [--rows 32] [--backend native|tensorflow]
 *
 * Per model, in float and with its linears rounded to nearest: the largest difference of a logit over the largest logit, the mean
 * Kullback-Leibler divergence of the next token, how often the first choice is the same, and the loss a token in both. The tiny
 * reasoners read worked problems; the reference models have no tokenizer and read tokens drawn at random.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openCheckpoint } from '@thinkbits/checkpoint';
import { folderFiles } from '@thinkbits/checkpoint/node';
import { createModel, describeModel, readTokenizer, selectBackend } from '@thinkbits/inference';
import { tinyReasoner } from '@thinkbits/model-tiny-reasoner';
import { createRandom } from '@thinkbits/numerics';
import { quantizedLinears } from './quantized-linears.mjs';

const { values } = parseArgs({
  options: {
    bits: { type: 'string', default: '4' },
    group: { type: 'string', default: '32' },
    rows: { type: 'string', default: '32' },
    backend: { type: 'string', default: 'native' },
  },
});
const [bits, group, rows] = [values.bits, values.group, values.rows].map(Number);
const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const folders = {
  micro: tinyReasoner('micro'),
  nano: tinyReasoner('nano'),
  ...Object.fromEntries(
    ['tiny-qwen2', 'tiny-llama', 'tiny-qwen3', 'tiny-qwen2-yarn'].map((name) => [
      name,
      file(`../src/__fixtures__/reference-models/${name}`),
    ]),
  ),
};

/** What a model reads: worked problems, or random tokens where it has no words. */
async function texts(checkpoint, name, vocabulary) {
  const tokenizer = await readTokenizer(checkpoint);
  if (tokenizer)
    return readFileSync(file('../../benchmarks/chain/data/calibration.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .slice(0, rows)
      .map((line) => JSON.parse(line))
      .map(({ question, generated_text }) =>
        Int32Array.from(tokenizer.encode(`${question}\n${generated_text}`)),
      );
  const random = createRandom(0).fork(name);
  return Array.from({ length: rows }, () =>
    Int32Array.from({ length: 64 }, () => random.integer(vocabulary)),
  );
}

/** log p of a row of logits. */
function logSoftmax(logits) {
  const highest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const sum = logits.reduce((total, value) => total + Math.exp(value - highest), 0);
  return Float64Array.from(logits, (value) => value - highest - Math.log(sum));
}

/** Logits of all texts under an arithmetic; weights are loaded for each, because bf16 holds them in another form. */
async function logitsIn(compute, checkpoint, texts, quantized) {
  await selectBackend({ name: values.backend, compute });
  const model = await createModel(checkpoint, quantized && { quantized });
  const logits = [];
  for (const text of texts) logits.push(await model.logits(text));
  model.dispose();
  return logits;
}

function compare(texts, vocabulary, expected, actual) {
  const found = { difference: 0, magnitude: 0, divergence: 0, same: 0, f32: 0, bf16: 0 };
  let [positions, targets] = [0, 0];
  for (const [text, tokens] of texts.entries()) {
    for (const at of tokens.keys()) {
      const row = (logits) => logits[text].subarray(at * vocabulary, (at + 1) * vocabulary);
      const [wanted, got] = [row(expected), row(actual)];
      const [p, q] = [logSoftmax(wanted), logSoftmax(got)];
      for (let i = 0; i < vocabulary; i++) {
        found.difference = Math.max(found.difference, Math.abs(wanted[i] - got[i]));
        found.magnitude = Math.max(found.magnitude, Math.abs(wanted[i]));
        found.divergence += Math.exp(p[i]) * (p[i] - q[i]);
      }
      const first = (values) => values.indexOf(Math.max(...values));
      found.same += first(wanted) === first(got) ? 1 : 0;
      positions++;
      const next = tokens[at + 1];
      if (next === undefined) continue;
      found.f32 -= p[next];
      found.bf16 -= q[next];
      targets++;
    }
  }
  return {
    positions,
    'largest gap': (found.difference / found.magnitude).toExponential(1),
    'mean KL': (found.divergence / positions).toExponential(1),
    'same choice': `${((100 * found.same) / positions).toFixed(2)} %`,
    'loss in f32': (found.f32 / targets).toFixed(4),
    'loss in bf16': (found.bf16 / targets).toFixed(4),
  };
}

try {
  await selectBackend({ name: values.backend, compute: 'bf16' });
} catch (error) {
  if (error.code !== 'compute/unavailable') throw error;
  console.log(`skipped: ${error.message}`);
  process.exit(0);
}
const table = {};
for (const [name, folder] of Object.entries(folders)) {
  const checkpoint = await openCheckpoint(folderFiles(folder));
  const info = describeModel(checkpoint.config);
  const read = await texts(checkpoint, name, info.head.out);
  const weights = {
    [name]: undefined,
    [`${name}, w${bits}g${group}`]: await quantizedLinears(checkpoint, info, { bits, group }),
  };
  for (const [label, quantized] of Object.entries(weights)) {
    const f32 = await logitsIn('f32', checkpoint, read, quantized);
    const bf16 = await logitsIn('bf16', checkpoint, read, quantized);
    table[label] = compare(read, info.head.out, f32, bf16);
  }
  await checkpoint.close();
}
console.table(table);
