import { availableParallelism, cpus } from 'node:os';
import type { StudyBenchmark, StudyResults } from '@thinkbits/report';
import type { Scorer } from '@thinkbits/spec';
import { chooseBackend } from '../choose-backend.js';
import type { EngineOptions } from '../engine/prepare-engine.js';
import type { Session } from '../session.js';
import { packageVersions } from '../versions.js';
import type { JudgedBenchmark } from './study-context.js';
import type { StudyRun } from './study-runs.js';

/** `math 1.2.0 {"compatibility":"paper"}`. */
function describeScorer({ id, version, options }: Scorer): string {
  return [id, version, options && JSON.stringify(options)].filter(Boolean).join(' ');
}

/** What a report says of a benchmark. */
export function describeBenchmark(
  run: StudyRun,
  { benchmark, problems, scorers }: JudgedBenchmark,
): StudyBenchmark {
  const { maxTokens, thinkingBudget: _, ...given } = run.sampling;
  const { temperature, topP, topK, minP } = { ...benchmark.defaults.sampling, ...given };
  const filters = [
    topP < 1 && `top-p ${topP}`,
    topK > 0 && `top-k ${topK}`,
    minP > 0 && `min-p ${minP}`,
  ];
  const sampling =
    temperature === 0
      ? 'greedy'
      : [`temperature ${temperature}`, ...filters].filter(Boolean).join(', ');
  return {
    id: benchmark.id,
    title: benchmark.title,
    data_hash: problems.dataHash,
    sampling,
    max_tokens: maxTokens ?? benchmark.defaults.maxTokens,
    seeds: run.seeds,
    scoring: [...scorers.values()].map(describeScorer).join(', '),
  };
}

/** What a report says of the machine. */
export async function describeHost(
  session: Session,
  { workers }: EngineOptions,
): Promise<StudyResults['host']> {
  const { name } = await chooseBackend(session);
  return {
    processor: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    backend: name,
    ...(workers !== undefined && { threads: workers }),
    compute: session.options.compute,
    versions: packageVersions(),
  };
}
