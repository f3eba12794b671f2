import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Tokenizer } from '@thinkbits/inference';
import { completeRecipe, ThinkbitsError } from '@thinkbits/spec';
import type { Command } from 'commander';
import { calibrationProblems, usualLimit } from '../calibration/calibration-problems.js';
import { defineVerb } from '../define-verb.js';
import { prepareEngine } from '../engine/prepare-engine.js';
import { checkUnsandboxed, loadScorers } from '../evaluation/load-benchmarks.js';
import { addMeasurements } from '../evaluation/measurements.js';
import type { Host } from '../host.js';
import { addOption } from '../options/add-option.js';
import {
  type AskingOptions,
  addAskingOptions,
  benchmarkHelp,
  givenAsking,
} from '../options/asking-options.js';
import type { SharedOptions } from '../options/shared-options.js';
import { text } from '../options/values.js';
import { formatNumber } from '../render/format.js';
import { renderFacts } from '../render/table.js';
import { locateModel, type ModelPlace, openModel } from '../resolve/model.js';
import { openSession } from '../session.js';
import { packageVersions } from '../versions.js';

interface CalibrateOptions extends SharedOptions, AskingOptions {
  readonly benchmark: string;
  readonly allowTestProblems?: boolean;
  readonly output: string;
}

async function openTokenizer(place: ModelPlace, signal: AbortSignal): Promise<Tokenizer> {
  const { readTokenizer } = await import('@thinkbits/inference');
  const checkpoint = await openModel(place, { signal });
  try {
    if (checkpoint.thinkbits) {
      throw new ThinkbitsError({
        code: 'calibrate/quantized-model',
        message: `${place.name} is quantized already.`,
        help: 'Let the float model answer: its text is what a quantized one is calibrated on.',
      });
    }
    const tokenizer = await readTokenizer(checkpoint);
    if (tokenizer) return tokenizer;
    throw new ThinkbitsError({
      code: 'tokenizer/missing',
      message: `${place.name} has no tokenizer.json.`,
      help: 'Put tokenizer.json and tokenizer_config.json beside the weights.',
    });
  } finally {
    await checkpoint.close();
  }
}

/** A file that another program made is not to be written over. */
function checkOutput(file: string, run: string): void {
  if (!existsSync(file) || existsSync(join(run, 'run.json'))) return;
  throw new ThinkbitsError({
    code: 'calibrate/output-exists',
    message: `${file} is there, and was not made by this command.`,
    help: 'Choose another output, or move the file away.',
  });
}

/** `thinkbits calibrate MODEL -b BENCHMARK -o traces.jsonl`: the float model answers, and its generations are kept whole. */
export function calibrateVerb(host: Host): Command {
  const command = defineVerb({
    name: 'calibrate',
    summary: 'let a float model answer problems, and keep its generations as calibration text',
    detail:
      'Fresh problems of the benchmark where it can make them, else those of --data; never the test set, unless --allow-test-problems says so. Answers are kept whole, right or wrong, in OUTPUT.run as they finish: the same command does only what is missing, and a larger --limit adds to them. --seed (default 42) draws problems and answers.',
    examples: [
      'thinkbits calibrate tiny-reasoner-nano -b chain --limit 64 -o traces.jsonl',
      'thinkbits quantize tiny-reasoner-nano -r gptq:w3g64 --calibration traces.jsonl -o nano-gptq-w3',
    ],
  }).argument('<model>', 'a directory, hub id or shipped model');
  addOption(command, '-b, --benchmark <name>', benchmarkHelp, text, {
    required: true,
  });
  addOption(command, '-o, --output <path>', 'the JSON-lines file', text, { required: true });
  addAskingOptions(command, ` (default: ${usualLimit})`);
  command.option('--allow-test-problems', 'ask the problems of the benchmark’s test set as well');
  return command.action(async (modelText: string, options: CalibrateOptions) => {
    const session = openSession(host, options);
    const { directory: from, signal } = host;
    const { data, limit = usualLimit, repeats = 1, seed = 42 } = options;
    const output = resolve(from, options.output);
    const run = `${output}.run`;
    checkOutput(output, run);
    const place = locateModel(modelText, from);
    const asked = await calibrationProblems({
      benchmark: options.benchmark,
      data,
      options: options.benchmarkOptions,
      limit,
      seed,
      allowTestProblems: options.allowTestProblems ?? false,
      directory: from,
    });
    const tokenizer = await openTokenizer(place, signal);
    const { scorerOptions, unsandboxed } = options;
    const rules = { options: scorerOptions, unsandboxed };
    const scorers = await loadScorers([asked], from, rules);
    if (unsandboxed) checkUnsandboxed(scorers.values());
    const requests = Math.min(limit, asked.problems.problems.length) * repeats;
    const job = { ...options, place, recipe: completeRecipe({}), requests };
    const prepared = await prepareEngine(job, session);
    const { evaluate, repeatSeeds } = await import('@thinkbits/evaluate');
    const { writeTraces } = await import('../calibration/write-traces.js');
    const seeds = repeatSeeds(seed, repeats);
    try {
      const work = evaluate({
        engine: prepared.engine,
        benchmarks: [asked],
        scorers,
        directory: run,
        model: prepared.model,
        recipe: null,
        seeds,
        ...givenAsking({ ...options, limit }),
        keepTokens: true,
        versions: packageVersions(),
        signal,
      });
      await session.follow(work, `calibrate ${place.name}`);
    } finally {
      await addMeasurements(run, prepared.engine.takeUse());
      await prepared.engine.dispose();
    }
    const { templateDate } = options;
    const which = { limit, seeds, templateDate };
    const written = await writeTraces(output, run, asked.problems, tokenizer, which);
    session.result(
      { file: output, run, ...written },
      renderFacts([
        ['traces', `${written.traces}, of which ${written.correct} right`],
        ['tokens', formatNumber(written.tokens)],
        ['cut off', String(written.truncated)],
        ['file', output],
        ['use it', `thinkbits quantize ${modelText} -r … --calibration ${options.output}`],
      ]),
    );
  });
}
