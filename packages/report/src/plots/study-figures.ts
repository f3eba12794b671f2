import { groupBy } from '../group-by.js';
import { type StudyPanel, studyPanels } from '../study-panels.js';
import type { StudyResults } from '../study-results.js';
import { accuracyByBits, bitColumns } from './accuracy-by-bits.js';
import { accuracyByGroup, drawnRows, numericGroups } from './accuracy-by-group.js';
import { answerLength, longestAnswer } from './answer-length.js';
import {
  bitsCaption,
  changeCaption,
  type FigureCaption,
  groupCaption,
  lengthCaption,
  memoryCaption,
} from './captions.js';
import { changeDomain, changeForest } from './change-forest.js';
import { type KeyItem, lengthKey, memoryKey, recipeKey } from './figure-key.js';
import { memoryPlots, memoryRows } from './memory-plots.js';
import type { PanelSpec } from './panel-spec.js';
import type { PlotTheme } from './plot-theme.js';
import { recipeMarks } from './recipe-marks.js';

/** A figure: what is to be seen in words, and its panels. */
export interface StudyFigure {
  readonly id: string;
  readonly title: string;
  readonly caption: FigureCaption;
  readonly panels: readonly PanelSpec[];
  /** What marks stand for, once for all panels; empty where the panels say it themselves. */
  readonly key: readonly KeyItem[];
  /** The benchmark that it is about; absent where it is about none. */
  readonly benchmark?: string;
  /** The group of problems that it is drawn against. */
  readonly group?: string;
}

function present(panels: readonly (PanelSpec | null)[]): readonly PanelSpec[] {
  return panels.filter((panel) => panel !== null);
}

function labels(
  panels: readonly StudyPanel[],
  rowsOf = (panel: StudyPanel) => panel.rows,
): readonly string[] {
  return [...new Set(panels.flatMap((panel) => rowsOf(panel).map(({ label }) => label)))];
}

/** All figures of a study, in reading order; figures without anything to draw are absent. */
export function studyFigures(results: StudyResults, theme: PlotTheme): readonly StudyFigure[] {
  const marks = recipeMarks(results);
  const byBenchmark = groupBy(studyPanels(results), ({ benchmark }) => benchmark.id);
  const figures: StudyFigure[] = [];
  for (const panels of byBenchmark.values()) {
    const { benchmark } = panels[0] as StudyPanel;
    const where = byBenchmark.size > 1 ? `: ${benchmark.title}` : '';
    const add = (
      id: string,
      title: string,
      figure: Omit<StudyFigure, 'id' | 'title' | 'benchmark'>,
    ) => {
      if (figure.panels.length === 0) return;
      figures.push({
        id: `${id}-${benchmark.id}`,
        title: title + where,
        benchmark: benchmark.id,
        ...figure,
      });
    };
    const columns = bitColumns(panels);
    const domain = changeDomain(panels);
    const longest = longestAnswer(panels);
    add('accuracy', 'Accuracy against bits', {
      caption: bitsCaption(panels),
      // With float alone there is no axis to draw against.
      panels:
        columns.length > 1
          ? panels.map((panel) => accuracyByBits(panel, columns, marks, theme))
          : [],
      key: recipeKey(labels(panels), marks, theme),
    });
    add('change', 'Change against float', {
      caption: changeCaption(panels),
      panels: present(panels.map((panel) => changeForest(panel, domain, marks, theme))),
      key: [],
    });
    for (const group of numericGroups(panels)) {
      add(`by-${group}`, `Accuracy by ${group}`, {
        caption: groupCaption(panels, group),
        panels: present(panels.map((panel) => accuracyByGroup(panel, group, marks, theme))),
        key: recipeKey(
          labels(panels, (panel) => drawnRows(panel, group)),
          marks,
          theme,
        ),
        group,
      });
    }
    add('length', 'Length of answers', {
      caption: lengthCaption(panels),
      panels: panels.map((panel) => answerLength(panel, longest, marks, theme)),
      key: lengthKey(theme),
    });
  }
  const memory = results.models.flatMap((model) => memoryPlots(model, results.rows, marks, theme));
  if (memory.length > 0) {
    const rows = results.models.map((model) => ({ model, rows: memoryRows(model, results.rows) }));
    figures.push({
      id: 'memory',
      title: 'Memory',
      caption: memoryCaption(rows),
      panels: memory,
      key: memoryKey(theme),
    });
  }
  return figures;
}
