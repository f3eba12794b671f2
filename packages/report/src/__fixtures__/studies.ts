import { readFileSync } from 'node:fs';
import type { StudyResults, StudyRow } from '../study-results.js';

/** Two small models, six cells of 110 problems: what a first study gives. */
export const quickstart: StudyResults = JSON.parse(
  readFileSync(new URL('./quickstart.json', import.meta.url), 'utf8'),
);

/** Results with every row replaced by what `change` makes of it. */
export function withRows(change: (row: StudyRow, index: number) => StudyRow): StudyResults {
  return { ...quickstart, rows: quickstart.rows.map(change) };
}

/** The first row alone: a float model and nothing to compare it with. */
export const oneCell: StudyResults = {
  ...quickstart,
  rows: quickstart.rows.slice(0, 1),
};

/** Three models, two benchmarks, float and four recipes: 30 cells with long answers to show. */
export function thirtyCells(): StudyResults {
  const [template] = quickstart.rows;
  if (!template) throw new Error('the fixture is empty');
  const models = ['1.5B', '7B', '32B'];
  const benchmarks = ['math-500', 'gsm8k'];
  const recipes = [
    { recipe: 'none', label: 'float', weight_bits: null, kv_bits: null, lost: 0, wide: 0 },
    { recipe: 'awq:w4g128', label: 'AWQ W4', weight_bits: 4, kv_bits: null, lost: 2, wide: 3 },
    { recipe: 'gptq:w4g128', label: 'GPTQ W4', weight_bits: 4, kv_bits: null, lost: 0.2, wide: 0.7 },
    { recipe: 'gptq:w3g128', label: 'GPTQ W3', weight_bits: 3, kv_bits: null, lost: 8, wide: 3 },
    { recipe: 'quarot:kv4', label: 'QuaRot KV4', weight_bits: null, kv_bits: 4, lost: -1, wide: 4 },
  ];
  const thought = 'First, 91*3: 1*3=3; 9*3=27; so 273. Then I check that again, digit by digit.\n'.repeat(400);
  const rows = benchmarks.flatMap((benchmark, hard) =>
    models.flatMap((model, size) =>
      recipes.map(({ lost, wide, ...recipe }): StudyRow => {
        const accuracy = (60 + 10 * size + 8 * hard - lost) / 100;
        return {
          ...template,
          ...recipe,
          model,
          benchmark,
          problems: 500,
          repeats: 3,
          accuracy,
          std_over_repeats: 0.012,
          interval95: [accuracy - 0.04, accuracy + 0.04],
          drop:
            recipe.recipe === 'none'
              ? null
              : {
                  points: lost,
                  interval95: [lost - wide, lost + wide],
                  class: lost === 8 ? 'risky' : lost === 0.2 ? 'lossless' : 'undetermined',
                },
          flips: recipe.recipe === 'none' ? null : { right_to_wrong: 20, wrong_to_right: 9 },
          tokens_ratio: recipe.recipe === 'none' ? null : 1 + lost / 100,
          by_group: benchmark === 'gsm8k' ? {} : { level: levels(accuracy) },
          samples: [0, 1, 2, 3, 4, 5].map((index) => ({
            problem: `${benchmark}-${index}`,
            question: 'How many?',
            expected: '273',
            extracted: index === 0 ? '273' : null,
            correct: index === 0,
            finish_reason: index === 0 ? 'stop' : 'length',
            completion_tokens: 12_000,
            thinking: thought,
            text: index === 0 ? 'The answer is \\boxed{273}.' : '',
          })),
        };
      }),
    ),
  );
  return {
    ...quickstart,
    title: 'Weights and cache of three sizes',
    models: models.map((id) => ({ id, label: id })),
    benchmarks: benchmarks.map((id) => ({ id, title: id.toUpperCase() })),
    rows,
  };
}

function levels(accuracy: number): StudyRow['by_group'][string] {
  return Object.fromEntries(
    [1, 2, 3, 4, 5].map((level) => [
      String(level),
      { accuracy: Math.max(0, Math.min(1, accuracy + (3 - level) * 0.08)), problems: 100 },
    ]),
  );
}
