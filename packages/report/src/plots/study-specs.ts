import { parseStudyResults } from '../parse-study-results.js';
import type { StudyResults } from '../study-results.js';
import type { PanelSpec } from './panel-spec.js';
import { storedTheme } from './plot-theme.js';
import { studyFigures } from './study-figures.js';

/**
 * The plots of a study as Vega-Lite specifications with their data inside, to be stored beside the results and drawn
 * by anything that draws Vega-Lite; they carry light colours and their own legends.
 * @throws ThinkbitsError `report/results`, `report/inconsistent`
 */
export function studySpecs(results: StudyResults): readonly PanelSpec[] {
  const taken = new Map<string, number>();
  return studyFigures(parseStudyResults(results), storedTheme)
    .flatMap(({ panels }) => panels)
    .map((panel) => {
      // Identifiers that differ in punctuation alone have one slug.
      const count = (taken.get(panel.name) ?? 0) + 1;
      taken.set(panel.name, count);
      return count === 1 ? panel : { ...panel, name: `${panel.name}-${count}` };
    });
}
