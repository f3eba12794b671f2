import type { JsonObject } from '@thinkbits/spec';
import { isFloat } from '../study-panels.js';
import type { StudyResults, StudyRow } from '../study-results.js';
import type { PlotTheme } from './plot-theme.js';

/** How a recipe looks in every figure of a report. */
export interface RecipeMark {
  readonly label: string;
  /** A colour of the theme; null = ink, kept for float. */
  readonly color: number | null;
  readonly shape: number;
}

/** SVG paths in a box from -1 to 1, of about equal area. */
export const shapes = [
  'M0.9,0A0.9,0.9,0,1,1,-0.9,0A0.9,0.9,0,1,1,0.9,0Z',
  'M-0.8,-0.8H0.8V0.8H-0.8Z',
  'M0,-1.05L1.05,0.8H-1.05Z',
  'M0,-1.15L1.15,0L0,1.15L-1.15,0Z',
  'M-1.05,-0.8H1.05L0,1.05Z',
  'M-0.35,-1H0.35V-0.35H1V0.35H0.35V1H-0.35V0.35H-1V-0.35H-0.35Z',
] as const;

/** Colour and shape of each label, by order of appearance; they repeat together only after 30 labels. */
export function recipeMarks(results: StudyResults): ReadonlyMap<string, RecipeMark> {
  const marks = new Map<string, RecipeMark>();
  let next = 0;
  for (const row of results.rows) {
    if (marks.has(row.label)) continue;
    if (isFloat(row)) marks.set(row.label, { label: row.label, color: null, shape: 0 });
    else {
      // Shapes step on after each round of colours, and never return to the circle of float.
      const shape = 1 + ((next + Math.floor(next / 6)) % 5);
      marks.set(row.label, { label: row.label, color: next % 6, shape });
      next++;
    }
  }
  return marks;
}

/** The colour of a mark in a theme. */
export function markColor(mark: RecipeMark | undefined, theme: PlotTheme): string {
  return mark === undefined || mark.color === null
    ? theme.ink
    : (theme.series[mark.color] ?? theme.ink);
}

/** Colours by label, for the rows of one panel. */
export function colorEncoding(
  rows: readonly StudyRow[],
  marks: ReadonlyMap<string, RecipeMark>,
  theme: PlotTheme,
  legend: JsonObject | null = null,
) {
  const domain = labelsOf(rows);
  const range = domain.map((label) => markColor(marks.get(label), theme));
  return { field: 'label', type: 'nominal', scale: { domain, range }, legend };
}

/** Shapes by label, for the rows of one panel. */
export function shapeEncoding(
  rows: readonly StudyRow[],
  marks: ReadonlyMap<string, RecipeMark>,
  legend: JsonObject | null = null,
) {
  const domain = labelsOf(rows);
  const range = domain.map((label) => shapes[marks.get(label)?.shape ?? 0] ?? shapes[0]);
  return { field: 'label', type: 'nominal', scale: { domain, range }, legend };
}

/** An axis that names each recipe by its label. */
export function recipeAxis(rows: readonly Pick<StudyRow, 'recipe' | 'label'>[], theme: PlotTheme) {
  const names = Object.fromEntries(rows.map(({ recipe, label }) => [recipe, label]));
  return {
    title: null,
    labelExpr: `${JSON.stringify(names)}[datum.value]`,
    labelColor: theme.ink,
    labelFontWeight: 600,
    grid: false,
  };
}

const labelsOf = (rows: readonly StudyRow[]): string[] => [
  ...new Set(rows.map(({ label }) => label)),
];
