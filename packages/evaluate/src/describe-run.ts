import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { defaultTemplateDate, type JsonObject } from '@thinkbits/spec';
import packageJson from '../package.json' with { type: 'json' };
import { checkEvaluation } from './check-evaluation.js';
import { type EvaluateOptions, type Settings, settingsOf } from './evaluate-options.js';
import { problemLine } from './run/problem-line.js';
import type { RunDirectory } from './run/read-run-directory.js';
import { runSchemaVersion, samplingOnDisk } from './run/run-file.js';
import { runScorers } from './run/run-scorer.js';
import { promptsHash } from './run/sample-key.js';

/** The machine that a run was made on: no name, no user, no time. */
export function describeHost(): JsonObject {
  return {
    platform: platform(),
    arch: arch(),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memory_bytes: totalmem(),
    node: process.version,
  };
}

/**
 * What `run.json` and `problems.jsonl` of this call say, after checking it.
 * @throws {ThinkbitsError} see `checkEvaluation`
 */
export function describeRun(options: EvaluateOptions): RunDirectory {
  const { engine, benchmarks, seeds = [42] } = options;
  const settings = benchmarks.map(({ benchmark }) => settingsOf(benchmark, options));
  checkEvaluation(options, seeds, settings);
  const problems = benchmarks.flatMap(({ benchmark, problems }) =>
    problems.problems.map((problem) => problemLine(benchmark.id, problem)),
  );
  const { engine: engineName, backend, compute, details, model, modelHash } = engine.info;
  return {
    run: {
      schema: runSchemaVersion,
      model: options.model ?? { id: model, hash: modelHash },
      recipe: options.recipe,
      benchmarks: benchmarks.map(({ benchmark, problems }, index) => {
        const { sampling, maxTokens, thinkingBudget, limit } = settings[index] as Settings;
        return {
          id: benchmark.id,
          data_hash: problems.dataHash,
          prompts_hash: promptsHash(problems.problems),
          sampling: samplingOnDisk(sampling),
          max_tokens: maxTokens,
          thinking_budget: thinkingBudget ?? null,
          ...(problems.options && { options: problems.options }),
          ...(benchmark.confidential && { confidential: true as const }),
          limit: limit ?? null,
        };
      }),
      seeds,
      scorers: runScorers(problems, options.scorers),
      template_date: options.templateDate ?? defaultTemplateDate,
      engine: { name: engineName, backend, compute, details },
      host: options.host ?? describeHost(),
      versions: { ...options.versions, [packageJson.name]: packageJson.version },
    },
    problems,
  };
}
