import { resolve } from 'node:path';
import type { RunSummary } from '@thinkbits/evaluate';
import type { Command } from 'commander';
import { defineVerb } from '../define-verb.js';
import { prepareEngine } from '../engine/prepare-engine.js';
import { usageError } from '../errors/usage-error.js';
import { checkUnsandboxed, loadBenchmark, loadScorers } from '../evaluation/load-benchmarks.js';
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
import { listOf, text } from '../options/values.js';
import { renderSummary } from '../render/summary.js';
import { locateModel } from '../resolve/model.js';
import { resolveRecipe } from '../resolve/recipe.js';
import { openSession } from '../session.js';
import { packageVersions } from '../versions.js';

interface EvaluateOptions extends SharedOptions, AskingOptions {
  readonly benchmark: readonly string[];
  readonly recipe?: string;
  readonly output: string;
}

function addEvaluateOptions(command: Command): Command {
  addOption(command, '-b, --benchmark <a,b>', benchmarkHelp, listOf(text), {
    required: true,
  });
  addOption(command, '-r, --recipe <recipe>', 'quantize in memory first', text);
  addOption(command, '-o, --output <dir>', 'the run directory', text, { required: true });
  return addAskingOptions(command, '');
}

/** `thinkbits evaluate MODEL -b BENCHMARK -o DIR`: asks, scores, keeps everything. */
export function evaluateVerb(host: Host): Command {
  const command = defineVerb({
    name: 'evaluate',
    summary: 'ask a model the problems of a benchmark and score its answers',
    detail:
      'Answers are kept as they finish; the same command does only what is missing. --limit, --repeats, --batch, --workers and --threads may change within a run directory; with other --scorer-options (or a newer scorer) its answers are judged again, and not asked again. Seeds are --seed (default 42), --seed + 1, …',
    examples: [
      'thinkbits evaluate tiny-reasoner-nano -b chain --limit 20 -o runs/nano',
      'thinkbits evaluate tiny-reasoner-nano -r rtn:w4g64 -b chain --limit 20 -o runs/nano-w4',
      `thinkbits evaluate tiny-reasoner-nano -b gsm8k --limit 20 -o runs/gsm8k --scorer-options '{"compatibility": "paper"}'`,
    ],
  }).argument('<model>', 'a directory, hub id or shipped model');
  return addEvaluateOptions(command).action(async (modelText: string, options: EvaluateOptions) => {
    const session = openSession(host, options);
    const { benchmark: names, data, benchmarkOptions, repeats = 1, limit, seed = 42 } = options;
    if (names.length > 1 && (data ?? benchmarkOptions) !== undefined) {
      const flag = data ? '--data' : '--benchmark-options';
      throw usageError(
        'usage/data-of-several',
        `${flag} would speak of ${names.join(' and ')} at once.`,
        `Evaluate one benchmark at a time with ${flag}.`,
      );
    }
    const place = locateModel(modelText, host.directory);
    const { recipe } = await resolveRecipe(options.recipe ?? 'none', host.directory);
    const benchmarks = [];
    const request = { data, options: benchmarkOptions, seed };
    for (const name of names) benchmarks.push(await loadBenchmark(name, request, host.directory));
    const { scorerOptions, unsandboxed } = options;
    const rules = { options: scorerOptions, unsandboxed };
    const scorers = await loadScorers(benchmarks, host.directory, rules);
    if (unsandboxed) checkUnsandboxed(scorers.values());
    const counts = benchmarks.map(({ problems }) => problems.problems.length);
    const requests =
      counts.reduce((sum, count) => sum + Math.min(count, limit ?? count), 0) * repeats;
    const prepared = await prepareEngine({ ...options, place, recipe, requests }, session);
    const directory = resolve(host.directory, options.output);
    const { evaluate, repeatSeeds } = await import('@thinkbits/evaluate');
    try {
      const run = evaluate({
        engine: prepared.engine,
        benchmarks,
        scorers,
        directory,
        model: prepared.model,
        recipe: prepared.recipe,
        seeds: repeatSeeds(seed, repeats),
        ...givenAsking(options),
        versions: packageVersions(),
        signal: host.signal,
      });
      const summary: RunSummary = await session.follow(run, `evaluate ${place.name}`);
      session.result(summary, `${renderSummary(summary)}\nkept in ${directory}\n`);
    } finally {
      await addMeasurements(directory, prepared.engine.takeUse());
      await prepared.engine.dispose();
    }
  });
}
