import { dropWords } from '../drop-words.js';
import { change, changeInterval } from '../format-figures.js';
import type { StudyPanel } from '../study-panels.js';
import { type PanelSpec, panelSpec, slug } from './panel-spec.js';
import type { PlotTheme } from './plot-theme.js';
import { colorEncoding, type RecipeMark, recipeAxis, shapeEncoding } from './recipe-marks.js';

/** Points of change that all panels share, on a round scale that always shows zero. */
export function changeDomain(panels: readonly StudyPanel[]): readonly [number, number] {
  const drops = panels.flatMap(({ rows }) => rows.flatMap(({ drop }) => (drop ? [drop] : [])));
  const low = Math.min(-5, ...drops.map(({ interval95 }) => -interval95[1]));
  const high = Math.max(2, ...drops.map(({ interval95 }) => -interval95[0]));
  const step = high - low > 40 ? 10 : high - low > 12 ? 5 : 1;
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step];
}

/** Change against float with its paired interval, a row a recipe; a band holds losses of up to 3 points. Null without drops. */
export function changeForest(
  panel: StudyPanel,
  domain: readonly [number, number],
  marks: ReadonlyMap<string, RecipeMark>,
  theme: PlotTheme,
): PanelSpec | null {
  const { model, benchmark } = panel;
  const rows = panel.rows.filter(({ drop }) => drop !== null);
  if (rows.length === 0) return null;
  const values = rows.flatMap(({ recipe, label, drop }) =>
    drop
      ? [
          {
            recipe,
            label,
            change: -drop.points,
            low: -drop.interval95[1],
            high: -drop.interval95[0],
            verdict: `${dropWords[drop.class].glyph} ${dropWords[drop.class].word}`,
          },
        ]
      : [],
  );
  const x = {
    field: 'change',
    type: 'quantitative',
    scale: { domain, nice: false },
    axis: {
      title: 'change against float, points',
      tickCount: 5,
      format: '+d',
      labelExpr: "replace(replace(datum.label, '+0', '0'), '-', '−')",
    },
  };
  const y = {
    field: 'recipe',
    type: 'nominal',
    sort: rows.map(({ recipe }) => recipe),
    scale: { paddingOuter: 0.4 },
    axis: recipeAxis(rows, theme),
  };
  const color = colorEncoding(rows, marks, theme);
  // Words stay inside the panel: near an edge they lean away from it.
  const [left, right] = [
    domain[0] + 0.2 * (domain[1] - domain[0]),
    domain[1] - 0.25 * (domain[1] - domain[0]),
  ];
  const lean = (value: number) => (value < left ? 'left' : value > right ? 'right' : 'center');
  const verdicts = (['left', 'center', 'right'] as const).map((align) => ({
    data: { values: values.filter((value) => lean(value.change) === align) },
    mark: {
      type: 'text',
      align,
      dx: { left: -6, center: 0, right: 6 }[align],
      dy: -15,
      fontSize: 12,
    },
    encoding: { y, x, text: { field: 'verdict', type: 'nominal' } },
  }));
  return panelSpec(
    {
      name: `change-${slug(benchmark.id)}-${slug(model.id)}`,
      title: model.label,
      description: `Change in accuracy of ${model.label} against float, with paired 95 % intervals. ${rows
        .flatMap(({ label, drop }) =>
          drop
            ? [
                `${label}: ${change(drop.points)}, ${changeInterval(drop.interval95)}, ${dropWords[drop.class].word}`,
              ]
            : [],
        )
        .join('; ')}.`,
    },
    {
      height: 62 + 44 * rows.length,
      data: { values },
      layer: [
        {
          data: { values: [{ from: -3, to: 0 }] },
          mark: { type: 'rect', color: theme.muted, opacity: 0.18 },
          encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' } },
        },
        {
          data: { values: [{ zero: 0 }] },
          mark: { type: 'rule', color: theme.ink, strokeWidth: 1 },
          encoding: { x: { ...x, field: 'zero' } },
        },
        {
          mark: { type: 'rule', strokeWidth: 2.5 },
          encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' }, color },
        },
        {
          mark: {
            type: 'point',
            filled: true,
            size: 90,
            opacity: 1,
            stroke: theme.paper,
            strokeWidth: 1,
          },
          encoding: {
            y,
            x,
            color,
            shape: shapeEncoding(rows, marks),
          },
        },
        ...verdicts,
      ],
    },
    theme,
  );
}
