import { percent, percentInterval } from '../format-figures.js';
import { groupBy } from '../group-by.js';
import { isFloat, type StudyPanel } from '../study-panels.js';
import type { StudyRow } from '../study-results.js';
import { type PanelSpec, panelSpec, slug } from './panel-spec.js';
import type { PlotTheme } from './plot-theme.js';
import { colorEncoding, type RecipeMark, shapeEncoding } from './recipe-marks.js';
import { narrowestBits, recipeSeries } from './recipe-series.js';

/** Every width that occurs in these panels, narrowest first; float (null) stands last. */
export function bitColumns(panels: readonly StudyPanel[]): readonly (number | null)[] {
  const widths = new Set(
    panels.flatMap(({ rows }) => rows.map(narrowestBits)).filter((bits) => bits !== null),
  );
  return [...[...widths].sort((a, b) => a - b), null];
}

/**
 * Points side by side where several cells have the same width. Only `none` stands in the float column on its own line;
 * cells of one series keep their order, so that lines do not cross for no reason.
 */
function positions(
  rows: readonly StudyRow[],
  columns: readonly (number | null)[],
): ReadonlyMap<StudyRow, number> {
  const place = new Map<StudyRow, number>();
  for (const [, own] of groupBy(rows, (row) => String(narrowestBits(row)))) {
    const step = Math.min(0.22, 0.72 / own.length);
    own.forEach((row, index) => {
      place.set(row, columns.indexOf(narrowestBits(row)) + (index - (own.length - 1) / 2) * step);
    });
  }
  return place;
}

/** Whether two names beside their points would overlap; a letter is about 7 pixels wide, a line 15 high. */
function namesCollide(
  points: readonly { readonly label: string; readonly x: number; readonly accuracy: number }[],
  columns: number,
): boolean {
  const columnPixels = 330 / columns;
  const pixelsPerPoint = 2;
  return points.some((a, index) =>
    points.slice(index + 1).some((b) => {
      const [left, right] = a.x <= b.x ? [a, b] : [b, a];
      const apart = (right.x - left.x) * columnPixels - 7 * left.label.length - 16;
      return apart < 0 && Math.abs(a.accuracy - b.accuracy) * pixelsPerPoint < 15;
    }),
  );
}

/** Accuracy with its interval against the narrowest width, a thin line from float down each series. */
export function accuracyByBits(
  panel: StudyPanel,
  columns: readonly (number | null)[],
  marks: ReadonlyMap<string, RecipeMark>,
  theme: PlotTheme,
): PanelSpec {
  const { model, benchmark, rows } = panel;
  const place = positions(rows, columns);
  const point = (row: StudyRow) => ({
    label: row.label,
    x: place.get(row) ?? 0,
    accuracy: 100 * row.accuracy,
    low: 100 * row.interval95[0],
    high: 100 * row.interval95[1],
  });
  const baseline = rows.filter(isFloat);
  const lines = [
    ...groupBy(
      rows.filter((row) => !isFloat(row)),
      recipeSeries,
    ),
  ].flatMap(([series, own]) => [...own, ...baseline].map((row) => ({ ...point(row), series })));
  const points = rows.map(point);
  // Where names would cover each other they are left to the key above the panels.
  const named = !namesCollide(points, columns.length);
  const axisLabels = columns.map((bits) => (bits === null ? 'float' : String(bits)));
  const x = {
    field: 'x',
    type: 'quantitative',
    scale: { domain: [-0.5, columns.length - 0.5], nice: false, zero: false },
    axis: {
      title: 'bits of the narrowest part',
      values: columns.map((_, index) => index),
      labelExpr: `${JSON.stringify(axisLabels)}[datum.value]`,
      grid: false,
    },
  };
  const y = {
    field: 'accuracy',
    type: 'quantitative',
    scale: { domain: [0, 100] },
    axis: { title: 'right answers, %', values: [0, 25, 50, 75, 100] },
  };
  const color = colorEncoding(rows, marks, theme, theme.legend ? {} : null);
  return panelSpec(
    {
      name: `accuracy-${slug(benchmark.id)}-${slug(model.id)}`,
      title: model.label,
      description: `Accuracy of ${model.label} by bits. ${rows
        .map(
          (row) =>
            `${row.label}: ${percent(row.accuracy)} %, interval ${percentInterval(row.interval95)}`,
        )
        .join('; ')}.`,
    },
    {
      height: 280,
      data: { values: points },
      layer: [
        {
          data: { values: lines },
          mark: { type: 'line', color: theme.line, strokeWidth: 1, strokeDash: [2, 3] },
          encoding: { x, y, detail: { field: 'series', type: 'nominal' } },
        },
        {
          mark: { type: 'rule', strokeWidth: 2, opacity: 0.55 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
        },
        {
          mark: {
            type: 'point',
            filled: true,
            size: 70,
            opacity: 1,
            stroke: theme.paper,
            strokeWidth: 1,
          },
          encoding: {
            x,
            y,
            color,
            shape: shapeEncoding(rows, marks, theme.legend ? {} : null),
          },
        },
        ...(named
          ? [
              {
                // A halo, so that lines do not run through names.
                mark: {
                  type: 'text',
                  align: 'left',
                  dx: 8,
                  fontWeight: 600,
                  stroke: theme.paper,
                  strokeWidth: 5,
                  strokeJoin: 'round',
                },
                encoding: { x, y, text: { field: 'label', type: 'nominal' } },
              },
              {
                mark: { type: 'text', align: 'left', dx: 8, fontWeight: 600 },
                encoding: { x, y, text: { field: 'label', type: 'nominal' }, color },
              },
            ]
          : []),
      ],
    },
    theme,
  );
}
