import { ThinkbitsError } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import { studyResultsSchema } from './results-schema.js';
import { isFloat } from './study-panels.js';
import type { StudyResults, StudyRow } from './study-results.js';

function refuse(message: string, help: string): never {
  throw new ThinkbitsError({
    code: 'report/inconsistent',
    message: `results.json: ${message}`,
    help,
  });
}

function checkInterval(what: string, value: number, [low, high]: readonly [number, number]): void {
  if (low > high || value < low || value > high) {
    refuse(
      `${what} is ${value} and its interval is ${low} to ${high}.`,
      'An interval goes from low to high and holds its figure.',
    );
  }
}

function checkRow(row: StudyRow, at: string): void {
  checkInterval(`${at}.accuracy`, row.accuracy, row.interval95);
  if (row.drop) checkInterval(`${at}.drop.points`, row.drop.points, row.drop.interval95);
  if (row.drop && isFloat(row)) {
    refuse(`${at} is a float row with a drop.`, 'Drops are measured against it; its own is null.');
  }
}

/**
 * Checks a value against the schema of results and for what a schema cannot say: rows name known models and
 * benchmarks, appear once, have a float row to have dropped from, and intervals hold their figures.
 * @returns the same object, untouched
 * @throws ThinkbitsError `report/results`, `report/inconsistent`
 */
export function parseStudyResults(value: unknown): StudyResults {
  const results = validate<StudyResults>(studyResultsSchema, value, 'results.json', {
    code: 'report/results',
    help: 'Write it with `thinkbits study`, or see the schema of @thinkbits/report. Shares lie between 0 and 1.',
  });
  const models = new Set(results.models.map(({ id }) => id));
  const benchmarks = new Set(results.benchmarks.map(({ id }) => id));
  const seen = new Set<string>();
  const floats = new Set(
    results.rows.filter(isFloat).map((row) => JSON.stringify([row.model, row.benchmark])),
  );
  results.rows.forEach((row, index) => {
    const at = `rows[${index}]`;
    if (!models.has(row.model)) refuse(`${at}.model is "${row.model}".`, 'Add it to "models".');
    if (!benchmarks.has(row.benchmark)) {
      refuse(`${at}.benchmark is "${row.benchmark}".`, 'Add it to "benchmarks".');
    }
    const key = JSON.stringify([row.model, row.recipe, row.benchmark]);
    if (seen.has(key)) refuse(`${at} repeats the cell ${key}.`, 'Keep one row for each cell.');
    seen.add(key);
    if (row.drop && !floats.has(JSON.stringify([row.model, row.benchmark]))) {
      refuse(
        `${at} has a drop, but its model has no float row.`,
        'Add the float row of the same benchmark.',
      );
    }
    checkRow(row, at);
  });
  return results;
}
