import { percent } from '../format-figures.js';
import { isFloat, type StudyPanel } from '../study-panels.js';
import type { StudyRow } from '../study-results.js';
import { type PanelSpec, panelSpec, slug } from './panel-spec.js';
import type { PlotTheme } from './plot-theme.js';
import { colorEncoding, type RecipeMark, shapeEncoding } from './recipe-marks.js';
import { wilsonInterval } from './wilson-interval.js';

/** Groups of problems whose values are numbers, three or more of them: what accuracy can be drawn against. */
export function numericGroups(panels: readonly StudyPanel[]): readonly string[] {
  const groups = new Map<string, Set<string>>();
  for (const { rows } of panels) {
    for (const { by_group } of rows) {
      for (const [name, values] of Object.entries(by_group)) {
        groups.set(name, new Set([...(groups.get(name) ?? []), ...Object.keys(values)]));
      }
    }
  }
  return [...groups]
    .filter(
      ([, values]) =>
        values.size >= 3 && [...values].every((value) => /^-?\d+(?:\.\d+)?$/.test(value)),
    )
    .map(([name]) => name);
}

/** At most `most` recipes besides float: those that lose the most, in the order of the table. */
export function drawnRows(panel: StudyPanel, group: string, most = 5): readonly StudyRow[] {
  const rows = panel.rows.filter(({ by_group }) => by_group[group] !== undefined);
  const quantized = rows.filter((row) => !isFloat(row));
  const worst = quantized.toSorted((a, b) => a.accuracy - b.accuracy).slice(0, most);
  return rows.filter((row) => isFloat(row) || worst.includes(row));
}

/** Accuracy against difficulty, a line a recipe, with the interval of each point as a faint band. */
export function accuracyByGroup(
  panel: StudyPanel,
  group: string,
  marks: ReadonlyMap<string, RecipeMark>,
  theme: PlotTheme,
): PanelSpec | null {
  const { model, benchmark } = panel;
  const rows = drawnRows(panel, group);
  if (rows.length === 0) return null;
  const values = rows.flatMap(({ label, by_group }) =>
    Object.entries(by_group[group] ?? {}).map(([value, { accuracy, problems }]) => {
      const [low, high] = wilsonInterval(accuracy, problems);
      return {
        label,
        value: Number(value),
        accuracy: 100 * accuracy,
        low: 100 * low,
        high: 100 * high,
      };
    }),
  );
  const ticks = [...new Set(values.map(({ value }) => value))].sort((a, b) => a - b);
  const x = {
    field: 'value',
    type: 'quantitative',
    scale: { domain: [Math.min(...ticks), Math.max(...ticks)], nice: false, zero: false },
    axis: { title: group, grid: false, ...(ticks.length <= 12 && { values: ticks }) },
  };
  const y = {
    field: 'accuracy',
    type: 'quantitative',
    scale: { domain: [0, 100] },
    axis: { title: 'right answers, %', values: [0, 25, 50, 75, 100] },
  };
  const legend = theme.legend ? {} : null;
  const color = colorEncoding(rows, marks, theme, legend);
  return panelSpec(
    {
      name: `by-${slug(group)}-${slug(benchmark.id)}-${slug(model.id)}`,
      title: model.label,
      description: `Accuracy of ${model.label} by ${group}. ${rows
        .map(
          ({ label, by_group }) =>
            `${label}: ${Object.entries(by_group[group] ?? {})
              .map(([value, { accuracy }]) => `${value}, ${percent(accuracy)} %`)
              .join('; ')}`,
        )
        .join('. ')}.`,
    },
    {
      height: 280,
      data: { values },
      layer: [
        {
          mark: { type: 'area', opacity: 0.08, line: false },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
        },
        { mark: { type: 'line', strokeWidth: 2 }, encoding: { x, y, color } },
        {
          mark: {
            type: 'point',
            filled: true,
            size: 45,
            opacity: 1,
            stroke: theme.paper,
            strokeWidth: 0.8,
          },
          encoding: {
            x,
            y,
            color,
            shape: shapeEncoding(rows, marks, legend),
          },
        },
      ],
    },
    theme,
  );
}
