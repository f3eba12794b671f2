import type { StudyBenchmark, StudyModel, StudyResults, StudyRow } from './study-results.js';

/** The rows of one model on one benchmark, float first. */
export interface StudyPanel {
  readonly model: StudyModel;
  readonly benchmark: StudyBenchmark;
  readonly rows: readonly StudyRow[];
}

/** Whether this is the row that drops are measured against: nothing was done to the model. */
export function isFloat(row: StudyRow): boolean {
  return row.recipe === 'none';
}

/** Panels of every benchmark and model that have rows, in the order of the results. */
export function studyPanels(results: StudyResults): readonly StudyPanel[] {
  return results.benchmarks.flatMap((benchmark) =>
    results.models.flatMap((model) => {
      const rows = results.rows.filter(
        (row) => row.model === model.id && row.benchmark === benchmark.id,
      );
      const ordered = [...rows.filter(isFloat), ...rows.filter((row) => !isFloat(row))];
      return ordered.length === 0 ? [] : [{ model, benchmark, rows: ordered }];
    }),
  );
}
