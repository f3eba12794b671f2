import type { StudyRow } from '@thinkbits/report';
import { recipeLabels } from './labels.js';
import { shownOf } from './pick-samples.js';
import {
  benchmarkOf,
  modelName,
  runDirectory,
  runPlace,
  type StudyContext,
} from './study-context.js';
import { readPerplexities } from './study-perplexity.js';
import { studyRow } from './study-row.js';

/** The rows of a study, from what lies on disk. */
export async function buildRows(context: StudyContext): Promise<StudyRow[]> {
  const labels = recipeLabels(context.runs.map(({ recipe }) => recipe));
  const rows: StudyRow[] = [];
  for (const run of context.runs) {
    const loaded = benchmarkOf(context, run);
    const float = context.runs.find(
      (other) =>
        other.recipe.name === 'none' &&
        other.model === run.model &&
        other.benchmark.name === run.benchmark.name,
    );
    const perplexity = await readPerplexities(run, context);
    const source = {
      run,
      ...(perplexity && { perplexity }),
      label: labels.get(run.recipe.name) as string,
      modelId: modelName(run.model, context.session),
      directory: runDirectory(context, run),
      place: runPlace(context, run),
      show: shownOf(loaded, context.showConfidential),
      scorers: loaded.scorers,
    };
    const floatDirectory = float && float !== run ? runDirectory(context, float) : undefined;
    const { id } = loaded.benchmark;
    rows.push(await studyRow({ ...source, ...(floatDirectory && { floatDirectory }) }, id));
  }
  return rows;
}
