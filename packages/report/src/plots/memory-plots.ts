import { bytes } from '../format-figures.js';
import type { StudyModel, StudyRow } from '../study-results.js';
import { type PanelSpec, panelSpec, slug } from './panel-spec.js';
import type { PlotTheme } from './plot-theme.js';
import { colorEncoding, type RecipeMark, recipeAxis } from './recipe-marks.js';

/** Bytes of one recipe, whatever they are bytes of. */
interface Held {
  readonly recipe: string;
  readonly label: string;
  readonly held: number;
  readonly packed: number;
  readonly float: number;
}

function memoryPanel(
  what: { readonly name: string; readonly title: string; readonly axis: string },
  rows: readonly StudyRow[],
  values: readonly Held[],
  marks: ReadonlyMap<string, RecipeMark>,
  theme: PlotTheme,
): PanelSpec | null {
  const first = values[0];
  // Where nothing differs from float there is nothing to see.
  if (!first || values.every(({ held, packed, float }) => held === float && packed === float))
    return null;
  const most = Math.max(1, ...values.flatMap(({ held, packed, float }) => [held, packed, float]));
  const unit = bytes(most).split(' ')[1] ?? 'B';
  const scale = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }[unit] ?? 1;
  const data = values.map((value) => ({
    ...value,
    held: value.held / scale,
    packed: value.packed / scale,
    // Both figures stand in the row, in words, so that neither is given alone.
    text:
      bytes(value.held) === bytes(value.packed)
        ? bytes(value.packed)
        : `${bytes(value.packed)} packed, ${bytes(value.held)} held`,
  }));
  const x = (field: string) => ({
    field,
    type: 'quantitative',
    stack: null,
    scale: { domain: [0, most / scale], nice: false },
    axis: { title: `${what.axis}, ${unit}`, tickCount: 4 },
  });
  const y = {
    field: 'recipe',
    type: 'nominal',
    sort: values.map(({ recipe }) => recipe),
    scale: { paddingInner: 0.55, paddingOuter: 0.5 },
    axis: recipeAxis(values, theme),
  };
  const color = colorEncoding(rows, marks, theme);
  return panelSpec(
    {
      name: what.name,
      title: what.title,
      description: `${what.title}. ${values
        .map(
          (v) =>
            `${v.label}: ${bytes(v.packed)} packed, ${bytes(v.held)} held, ${bytes(v.float)} in float`,
        )
        .join('; ')}.`,
    },
    {
      height: 58 + 44 * values.length,
      data: { values: data },
      layer: [
        { mark: { type: 'bar', opacity: 0.22 }, encoding: { y, x: x('held'), color } },
        { mark: { type: 'bar', height: { band: 0.45 } }, encoding: { y, x: x('packed'), color } },
        {
          data: { values: [{ float: first.float / scale }] },
          mark: { type: 'rule', color: theme.ink, strokeDash: [3, 3] },
          encoding: { x: x('float') },
        },
        {
          mark: {
            type: 'text',
            align: 'left',
            baseline: 'bottom',
            dx: 1,
            yOffset: -12,
            color: theme.muted,
          },
          encoding: {
            y,
            x: { datum: 0, type: 'quantitative' },
            text: { field: 'text', type: 'nominal' },
          },
        },
      ],
    },
    theme,
  );
}

/** The cells of a model whose memory is known, one for each recipe: benchmarks do not change it. */
export function memoryRows(model: StudyModel, all: readonly StudyRow[]): readonly StudyRow[] {
  const seen = new Map<string, StudyRow>();
  for (const row of all) {
    if (row.model === model.id && row.memory && !seen.has(row.recipe)) seen.set(row.recipe, row);
  }
  return [...seen.values()];
}

/** Memory of weights, and of the cache where it is known, a panel each. */
export function memoryPlots(
  model: StudyModel,
  all: readonly StudyRow[],
  marks: ReadonlyMap<string, RecipeMark>,
  theme: PlotTheme,
): readonly PanelSpec[] {
  const rows = memoryRows(model, all);
  const weights = rows.flatMap(({ recipe, label, memory }): Held[] =>
    memory
      ? [
          {
            recipe,
            label,
            held: memory.weights_held_bytes,
            packed: memory.weights_packed_bytes,
            float: memory.weights_float_bytes,
          },
        ]
      : [],
  );
  const cache = rows.flatMap(({ recipe, label, memory }): Held[] =>
    memory?.kv_bytes_per_token ? [{ recipe, label, ...memory.kv_bytes_per_token }] : [],
  );
  const panels = [
    memoryPanel(
      { name: `weights-${slug(model.id)}`, title: `${model.label}, weights`, axis: 'weights' },
      rows,
      weights,
      marks,
      theme,
    ),
    memoryPanel(
      {
        name: `cache-${slug(model.id)}`,
        title: `${model.label}, cache`,
        axis: 'cache for each token',
      },
      rows,
      cache,
      marks,
      theme,
    ),
  ];
  return panels.filter((panel) => panel !== null);
}
