import { whole } from './format-figures.js';
import type { StudyResults } from './study-results.js';

/** A line of the block that says how to make the same figures again. */
export interface ProvenanceLine {
  readonly name: string;
  readonly value: string;
  /** Whether the value is typed or compared letter by letter. */
  readonly literal: boolean;
}

/** Command, machine, versions and hashes, as far as the results carry them. */
export function provenance(results: StudyResults): readonly ProvenanceLine[] {
  const { host, created_from, created_at } = results;
  const line = (name: string, value: string | undefined, literal = false): ProvenanceLine[] =>
    value === undefined ? [] : [{ name, value, literal }];
  const { threads } = host;
  const used = threads === undefined ? '' : `, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return [
    ...line('Command', created_from.command, true),
    ...line('Processor', `${host.processor}, ${host.cores} cores${used}`),
    ...line(
      'Backend',
      host.backend + (host.compute === undefined ? '' : `, ${host.compute} arithmetic`),
    ),
    ...line(
      'Versions',
      Object.entries(host.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ') || undefined,
    ),
    ...line('Study hash', created_from.study_hash, true),
    ...results.models.flatMap(({ id, parameters, hash }) => [
      ...line(
        `Model ${id}`,
        parameters === undefined ? undefined : `${whole(parameters)} parameters`,
      ),
      ...line(`Weights of ${id}`, hash, true),
    ]),
    ...results.benchmarks.flatMap(({ id, sampling, max_tokens, seeds, scoring, data_hash }) => [
      ...line(
        `Sampling on ${id}`,
        [
          sampling,
          max_tokens === undefined ? undefined : `at most ${whole(max_tokens)} tokens`,
          seeds && seeds.length > 0 ? `seeds ${seeds.join(', ')}` : undefined,
        ]
          .filter((part) => part !== undefined)
          .join(', ') || undefined,
      ),
      ...line(`Scoring of ${id}`, scoring),
      ...line(`Data of ${id}`, data_hash, true),
    ]),
    ...results.rows.flatMap(({ model, recipe, benchmark, run_hash }) =>
      line(`Run ${model}, ${recipe}, ${benchmark}`, run_hash, true),
    ),
    ...line('Written', created_at),
  ];
}
