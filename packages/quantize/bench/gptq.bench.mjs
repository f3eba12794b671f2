/**
 * Time of GPTQ at 4 bits beside llm-compressor's on the same tokens, in turns, in float32:
 *
 *   pnpm bench gptq [--model FOLDER] [--text FILE] [--group N] [--windows N] [--length 512] [--rounds 2] [--threads N]
 *     [--scored 32] [--python python3] [--folder DIR] [--output FILE]
 *
 * Without a model it is one decoder layer with the dimensions of Qwen2-1.5B, random weights and random tokens, in groups of 128; with
 * one, the whole of it in groups of 64, on the tokens of a text. Both go through columns in the order of activation with static
 * groups, asymmetric. Ours counts reading and writing files; theirs, which has its model in memory, does not write it. Of a text the
 * `--scored` windows behind those of calibration give the perplexity of both in the first round, outside of the time.
 * `--python` has to have llm-compressor (pip install llmcompressor); without it ours is measured alone, and that is said.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openCheckpoint } from '@thinkbits/checkpoint';
import { folderFiles } from '@thinkbits/checkpoint/node';
import { readTokenizer } from '@thinkbits/inference';
import { createRandom } from '@thinkbits/numerics';
import { cacheFolder, machine, median, writeResult } from '@thinkbits-internal/tools/measuring';
import { wideConfig, writeWideCheckpoint } from './wide-checkpoint.mjs';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    text: { type: 'string' },
    group: { type: 'string' },
    windows: { type: 'string' },
    length: { type: 'string', default: '512' },
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: String(availableParallelism()) },
    python: { type: 'string', default: 'python3' },
    folder: { type: 'string' },
    scored: { type: 'string', default: '32' },
    output: { type: 'string', default: join(cacheFolder, 'gptq.json') },
  },
});
const [length, rounds, threads] = ['length', 'rounds', 'threads'].map((name) => +values[name]);
const group = Number(values.group ?? (values.model ? 64 : 128));
const count = Number(values.windows ?? (values.model ? 64 : 128));
const scoredCount = values.text ? Number(values.scored) : 0;
const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Windows of the text one behind the other, or of random tokens: those of calibration, and those that are scored. */
async function windowsOf(model) {
  if (!values.text) {
    const random = createRandom('calibration windows');
    const vocabulary = wideConfig(1).vocab_size;
    return Array.from({ length: count }, () =>
      Array.from({ length }, () => random.integer(vocabulary)),
    );
  }
  const tokenizer = await readTokenizer(await openCheckpoint(folderFiles(model)));
  const ids = tokenizer.encode(await readFile(values.text, 'utf8'));
  const all = count + scoredCount;
  if (ids.length < all * length)
    throw new Error(`${values.text} has ${ids.length} tokens; ${all * length} are asked for`);
  return Array.from({ length: all }, (_, i) => [...ids.slice(i * length, (i + 1) * length)]);
}

/** Runs one of the two; its last line is JSON. */
async function run(command, args) {
  const { OPENBLAS_CORETYPE, ...environment } = process.env;
  const child = spawn(command, args, {
    env: { ...environment, OMP_NUM_THREADS: String(threads), HF_HUB_OFFLINE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [said, complaint] = ['', ''];
  child.stdout.on('data', (text) => (said += text));
  child.stderr.on('data', (text) => (complaint += text));
  const status = await new Promise((ended) => {
    child.on('error', (error) => ended(error.message));
    child.on('close', ended);
  });
  if (status !== 0) {
    // the error, not where it was thrown, nor by which Node
    const lines = complaint
      .split('\n')
      .filter((line) => /\S/.test(line) && !/^(\s+at |Node\.js v)/.test(line));
    return { why: lines.at(-1) ?? String(status) };
  }
  return JSON.parse(said.trim().split('\n').at(-1));
}

const root = values.folder ? resolve(values.folder) : await mkdtemp(join(tmpdir(), 'gptq-'));
await mkdir(root, { recursive: true });
try {
  const model = values.model ? resolve(values.model) : join(root, 'one-layer');
  if (!values.model) await writeWideCheckpoint(model, 1);
  const tokens = join(root, 'windows.json');
  const windows = await windowsOf(model);
  await writeFile(tokens, JSON.stringify(windows.slice(0, count)));
  const scored = join(root, 'scored.json');
  await writeFile(scored, JSON.stringify(windows.slice(count)));
  const ours = async (last) => {
    const output = join(root, 'ours');
    await rm(output, { recursive: true, force: true });
    const args = [model, output, tokens, String(group), String(threads), ...last];
    const result = await run(process.execPath, [beside('./gptq-ours.mjs'), ...args]);
    if (result.why) throw new Error(result.why);
    return result;
  };
  const theirs = (last) =>
    run(values.python, [beside('./gptq-llm-compressor.py'), model, tokens, String(group), ...last]);
  const seconds = { ours: [], theirs: [] };
  const perplexity = {};
  let [peer, backend] = [undefined, undefined];
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    const last = round === 1 && scoredCount > 0 ? [scored] : [];
    const mine = await ours(last);
    backend = mine.backend;
    seconds.ours.push(mine.seconds);
    perplexity.ours ??= mine.perplexity;
    if (peer?.why) continue;
    peer = await theirs(last);
    if (!peer.why) seconds.theirs.push(peer.seconds);
    perplexity.theirs ??= peer.perplexity;
  }
  const measured = {
    ...machine(),
    threads,
    backend,
    group,
    windows: count,
    length,
    peer,
    seconds,
    ...(scoredCount > 0 && { scored: scoredCount, perplexity }),
  };
  console.log(
    `${measured.processor}, ${threads} threads, ${values.model ?? 'one 1.5B-shaped decoder layer'}, ${count} x ${length} tokens, groups of ${group}`,
  );
  console.log(`ours (${backend}): ${median(seconds.ours).toFixed(1)} s`);
  console.log(
    seconds.theirs.length > 0
      ? `llm-compressor ${peer.version}: ${median(seconds.theirs).toFixed(1)} s, ours takes ${(median(seconds.ours) / median(seconds.theirs)).toFixed(2)} of it`
      : `llm-compressor: skipped: ${peer.why}`,
  );
  if (scoredCount > 0)
    console.log(
      `perplexity of ${scoredCount} windows behind them: ours ${perplexity.ours.toFixed(2)}${perplexity.theirs ? `, llm-compressor ${perplexity.theirs.toFixed(2)}` : ''}`,
    );
  writeResult(values.output, `${JSON.stringify(measured, null, 2)}\n`);
} finally {
  if (!values.folder) await rm(root, { recursive: true, force: true });
}
