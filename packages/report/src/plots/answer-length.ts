import { whole } from '../format-figures.js';
import type { StudyPanel } from '../study-panels.js';
import { type PanelSpec, panelSpec, slug } from './panel-spec.js';
import type { PlotTheme } from './plot-theme.js';
import { colorEncoding, type RecipeMark, recipeAxis } from './recipe-marks.js';

/** The longest length in these panels, so that they share a scale. */
export function longestAnswer(panels: readonly StudyPanel[]): number {
  return Math.max(
    1,
    ...panels.flatMap(({ rows }) =>
      rows.flatMap((row) => [
        row.mean_completion_tokens,
        row.tokens_when_right ?? 0,
        row.tokens_when_wrong ?? 0,
        row.token_quantiles?.p95 ?? 0,
      ]),
    ),
  );
}

/** A cross for wrong answers, a disc for right ones: shape says it without colour. */
export const cross =
  'M-1.1,-0.8L-0.8,-1.1L0,-0.3L0.8,-1.1L1.1,-0.8L0.3,0L1.1,0.8L0.8,1.1L0,0.3L-0.8,1.1L-1.1,0.8L-0.3,0Z';

/** Answer lengths, a row a recipe: middle half and middle nine tenths as bars, means of right and wrong as marks. */
export function answerLength(
  panel: StudyPanel,
  longest: number,
  marks: ReadonlyMap<string, RecipeMark>,
  theme: PlotTheme,
): PanelSpec {
  const { model, benchmark, rows } = panel;
  const spread = rows.flatMap(({ recipe, label, token_quantiles }) =>
    token_quantiles ? [{ recipe, label, ...token_quantiles }] : [],
  );
  const means = rows.flatMap(({ recipe, label, tokens_when_right, tokens_when_wrong }) => [
    ...(tokens_when_right === null
      ? []
      : [{ recipe, label, kind: 'mean when right', tokens: tokens_when_right }]),
    ...(tokens_when_wrong === null
      ? []
      : [{ recipe, label, kind: 'mean when wrong', tokens: tokens_when_wrong }]),
  ]);
  const overall = rows.map(({ recipe, label, mean_completion_tokens }) => ({
    recipe,
    label,
    tokens: mean_completion_tokens,
  }));
  const x = {
    field: 'tokens',
    type: 'quantitative',
    scale: { domain: [0, longest], nice: true },
    axis: { title: 'tokens of an answer', tickCount: 5 },
  };
  const y = {
    field: 'recipe',
    type: 'nominal',
    sort: rows.map(({ recipe }) => recipe),
    axis: recipeAxis(rows, theme),
  };
  const color = colorEncoding(rows, marks, theme);
  const bar = (from: string, to: string, strokeWidth: number, opacity: number) => ({
    data: { values: spread },
    mark: { type: 'rule', strokeWidth, opacity },
    encoding: { y, x: { ...x, field: from }, x2: { field: to }, color },
  });
  return panelSpec(
    {
      name: `length-${slug(benchmark.id)}-${slug(model.id)}`,
      title: model.label,
      description: `Tokens of an answer of ${model.label}. ${rows
        .map((row) => {
          const parts = [
            `mean ${whole(row.mean_completion_tokens)}`,
            ...(row.tokens_when_right === null
              ? []
              : [`${whole(row.tokens_when_right)} when right`]),
            ...(row.tokens_when_wrong === null
              ? []
              : [`${whole(row.tokens_when_wrong)} when wrong`]),
          ];
          return `${row.label}: ${parts.join(', ')}`;
        })
        .join('; ')}.`,
    },
    {
      height: 58 + 34 * rows.length,
      data: { values: overall },
      layer: [
        bar('p05', 'p95', 2, 0.45),
        bar('p25', 'p75', 11, 0.28),
        { mark: { type: 'tick', thickness: 2.5, size: 20 }, encoding: { y, x, color } },
        {
          data: { values: means },
          mark: { type: 'point', filled: true, size: 64, opacity: 1 },
          encoding: {
            y,
            x,
            color,
            shape: {
              field: 'kind',
              type: 'nominal',
              scale: { domain: ['mean when right', 'mean when wrong'], range: ['circle', cross] },
              legend: theme.legend ? {} : null,
            },
          },
        },
      ],
    },
    theme,
  );
}
