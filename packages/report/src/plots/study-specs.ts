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
  return studyFigures(parseStudyResults(results), storedTheme).flatMap(({ panels }) => panels);
}
