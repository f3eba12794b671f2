import {
  type JsonSchema,
  nearestName,
  type Problem,
  type Scorer,
  ThinkbitsError,
} from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import type { BenchmarkProblems, EvaluateOptions, Settings } from './evaluate-options.js';

const count = { type: 'integer', minimum: 1 };

/** Bounds of what a caller may ask for; sampling as in the engine's contract. */
const settingsSchema: JsonSchema = {
  type: 'object',
  properties: {
    seeds: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    },
    sampling: {
      type: 'object',
      properties: {
        temperature: { type: 'number', minimum: 0 },
        topP: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
        topK: { type: 'integer', minimum: 0 },
        minP: { type: 'number', minimum: 0, exclusiveMaximum: 1 },
      },
      required: ['temperature', 'topP', 'topK', 'minP'],
      additionalProperties: false,
    },
    maxTokens: count,
    limit: count,
    thinkingBudget: { type: 'integer', minimum: 0 },
  },
  additionalProperties: false,
};

/**
 * Everything that can be wrong with a call before anything is asked.
 * @throws ThinkbitsError `evaluate/bad-setting`, `evaluate/greedy-repeats`, `evaluate/no-problems`,
 *   `evaluate/duplicate-benchmark`, `evaluate/duplicate-problem`, `evaluate/missing-scorer`,
 *   `evaluate/missing-tests`, `benchmark/bad-gold`
 */
export function checkEvaluation(
  options: EvaluateOptions,
  seeds: readonly number[],
  settings: readonly Settings[],
): void {
  settings.forEach((each, index) => {
    const id = options.benchmarks[index]?.benchmark.id;
    validate(settingsSchema, { seeds, ...each }, `the settings for ${id}`, {
      code: 'evaluate/bad-setting',
    });
    if (each.sampling.temperature === 0 && seeds.length > 1) {
      throw usage(
        'evaluate/greedy-repeats',
        `${seeds.length} repeats were asked of ${id} at temperature 0: all would be the same.`,
        'Ask for one repeat, or for a temperature above 0.',
      );
    }
  });
  const ids = options.benchmarks.map(({ benchmark }) => benchmark.id);
  if (ids.length === 0) {
    throw usage('evaluate/no-problems', 'No benchmark was given.', 'Give at least one.');
  }
  const twice = firstRepeated(ids);
  if (twice !== undefined) {
    throw usage(
      'evaluate/duplicate-benchmark',
      `The benchmark ${twice} is named twice.`,
      'Name it once.',
    );
  }
  options.benchmarks.forEach((given) => {
    checkProblems(given, options.scorers);
  });
}

function checkProblems(
  { benchmark, problems: { problems } }: EvaluateOptions['benchmarks'][number],
  scorers: EvaluateOptions['scorers'],
): void {
  if (problems.length === 0) {
    throw usage('evaluate/no-problems', `${benchmark.id} has no problems.`, 'Check its data file.');
  }
  const twice = firstRepeated(problems.map((problem) => problem.id));
  if (twice !== undefined) {
    throw new ThinkbitsError({
      code: 'evaluate/duplicate-problem',
      message: `${benchmark.id} has two problems with the id "${twice}".`,
      help: 'Give every row an id of its own: samples are told apart by it.',
    });
  }
  for (const problem of problems) {
    const scorer = requireScorer(problem.scorer, scorers, benchmark.id);
    if (scorer.needs === 'tests' && !benchmark.tests) throw missingTests(scorer.id, benchmark.id);
    checkGold(problem, scorer, benchmark);
  }
}

/** Refuses an expected answer that its scorer cannot read: every answer would be called wrong. */
function checkGold(
  { id, answer, choices, origin }: Problem,
  scorer: Scorer,
  benchmark: BenchmarkProblems['benchmark'],
): void {
  try {
    scorer.checkGold?.({ answer, ...(choices !== undefined && { choices }) });
  } catch (cause) {
    if (!ThinkbitsError.isInstance(cause)) throw cause;
    const why = benchmark.confidential ? 'The expected answer cannot be read.' : cause.message;
    throw new ThinkbitsError({
      code: 'benchmark/bad-gold',
      message: `${origin ?? `${benchmark.id}, problem "${id}"`}: ${why}`,
      help: cause.help,
      details: { problem: id },
      cause,
    });
  }
}

/**
 * The scorer of that id.
 * @throws ThinkbitsError `evaluate/missing-scorer`
 */
export function requireScorer(
  id: string,
  scorers: EvaluateOptions['scorers'],
  benchmark: string,
): Scorer {
  const scorer = scorers.get(id);
  if (scorer) return scorer;
  const near = nearestName(id, scorers.keys());
  throw usage(
    'evaluate/missing-scorer',
    `Problems of ${benchmark} are judged by the scorer "${id}", which was not given.`,
    `${near ? `Did you mean "${near}"? ` : ''}Given: ${[...scorers.keys()].join(', ') || 'none'}.`,
  );
}

/** The error of a scorer that runs tests where there are none. */
export function missingTests(scorer: string, benchmark: string): ThinkbitsError {
  return usage(
    'evaluate/missing-tests',
    `The scorer "${scorer}" judges by test cases, and ${benchmark} was given without any.`,
    'Give the benchmark itself, with its problems and its `tests`: run directories do not keep test cases.',
  );
}

function firstRepeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}

function usage(code: string, message: string, help: string): ThinkbitsError {
  return new ThinkbitsError({ code, category: 'usage', message, help });
}
