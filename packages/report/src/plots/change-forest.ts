import { change, changeInterval } from '../format-figures.js';
import { dropWords } from '../drop-words.js';
import type { StudyPanel } from '../study-panels.js';
import { type PanelSpec, panelSpec, slug } from './panel-spec.js';
import type { PlotTheme } from './plot-theme.js';
import { colorScale, type RecipeMark, shapeScale } from './recipe-marks.js';

/** Points of change that all panels share, on a round scale that always shows zero. */
export function changeDomain(panels: readonly StudyPanel[]): readonly [number, number] {
  const drops = panels.flatMap(({ rows }) => rows.flatMap(({ drop }) => (drop ? [drop] : [])));
  const low = Math.min(-5, ...drops.map(({ interval95 }) => -interval95[1]));
  const high = Math.max(2, ...drops.map(({ interval95 }) => -interval95[0]));
  const step = high - low > 40 ? 10 : high - low > 12 ? 5 : 1;
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step];
}

/** Change against float with its paired interval, a row a recipe; the zones are the classes. Null without drops. */
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
  const names = Object.fromEntries(rows.map(({ recipe, label }) => [recipe, label]));
  const x = {
    field: 'change',
    type: 'quantitative',
    scale: { domain, nice: false },
    axis: { title: 'change against float, points', tickCount: 5, format: '+d', labelExpr: "replace(replace(datum.label, '+0', '0'), '-', '−')" },
  };
  const y = {
    field: 'recipe',
    type: 'nominal',
    sort: rows.map(({ recipe }) => recipe),
    scale: { paddingOuter: 0.4 },
    axis: { title: null, labelExpr: `${JSON.stringify(names)}[datum.value]`, labelColor: theme.ink, labelFontWeight: 600, grid: false },
  };
  const color = { field: 'label', type: 'nominal', scale: colorScale(rows, marks, theme), legend: null };
  const zone = (from: number, to: number, opacity: number) => ({
    data: { values: [{ from, to }] },
    mark: { type: 'rect', color: theme.muted, opacity },
    encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' } },
  });
  return panelSpec(
    {
      name: `change-${slug(benchmark.id)}-${slug(model.id)}`,
      title: model.label,
      description: `Change in accuracy of ${model.label} against float, with paired 95 % intervals. ${rows
        .flatMap(({ label, drop }) =>
          drop ? [`${label}: ${change(drop.points)}, ${changeInterval(drop.interval95)}, ${dropWords[drop.class].word}`] : [],
        )
        .join('; ')}.`,
    },
    {
      height: 62 + 44 * rows.length,
      data: { values },
      layer: [
        zone(Math.max(-3, domain[0]), -1, 0.1),
        ...(domain[0] < -3 ? [zone(domain[0], -3, 0.16)] : []),
        {
          data: { values: [{ zero: 0 }] },
          mark: { type: 'rule', color: theme.ink, strokeWidth: 1 },
          encoding: { x: { ...x, field: 'zero' } },
        },
        { mark: { type: 'rule', strokeWidth: 2.5 }, encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' }, color } },
        {
          mark: { type: 'point', filled: true, size: 90, opacity: 1, stroke: theme.paper, strokeWidth: 1 },
          encoding: { y, x, color, shape: { field: 'label', type: 'nominal', scale: shapeScale(rows, marks), legend: null } },
        },
        {
          mark: { type: 'text', align: 'center', dy: -14, fontSize: 12 },
          encoding: { y, x, text: { field: 'verdict', type: 'nominal' } },
        },
      ],
    },
    theme,
  );
}
