import { cross } from './answer-length.js';
import type { PlotTheme } from './plot-theme.js';
import { markColor, type RecipeMark, shapes } from './recipe-marks.js';

/** A mark and what it stands for. */
export interface KeyItem {
  readonly label: string;
  /** SVG path in a box from -1 to 1. */
  readonly path: string;
  readonly color: string;
  readonly opacity?: number;
}

/** Colours and shapes of recipes; empty for a single one. */
export function recipeKey(
  labels: readonly string[],
  marks: ReadonlyMap<string, RecipeMark>,
  theme: PlotTheme,
): readonly KeyItem[] {
  if (labels.length < 2) return [];
  return labels.map((label) => {
    const mark = marks.get(label);
    return { label, path: shapes[mark?.shape ?? 0] ?? shapes[0], color: markColor(mark, theme) };
  });
}

/** The marks of the length figure. */
export function lengthKey({ ink }: PlotTheme): readonly KeyItem[] {
  return [
    { label: 'mean', path: 'M-0.15,-1.2H0.15V1.2H-0.15Z', color: ink },
    { label: 'mean when right', path: shapes[0], color: ink },
    { label: 'mean when wrong', path: cross, color: ink },
    { label: 'middle half', path: 'M-1.2,-0.7H1.2V0.7H-1.2Z', color: ink, opacity: 0.28 },
    { label: 'middle nine tenths', path: 'M-1.2,-0.15H1.2V0.15H-1.2Z', color: ink, opacity: 0.5 },
  ];
}

/** The marks of the memory figure. */
export function memoryKey({ ink }: PlotTheme): readonly KeyItem[] {
  return [
    { label: 'packed', path: 'M-1.2,-0.5H1.2V0.5H-1.2Z', color: ink },
    { label: 'held in memory', path: 'M-1.2,-1H1.2V1H-1.2Z', color: ink, opacity: 0.22 },
    {
      label: 'float',
      path: 'M-0.1,-1.2H0.1V-0.6H-0.1ZM-0.1,-0.3H0.1V0.3H-0.1ZM-0.1,0.6H0.1V1.2H-0.1Z',
      color: ink,
    },
  ];
}
