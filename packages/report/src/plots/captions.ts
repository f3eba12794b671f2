import { bytes, fixed, percent, whole } from '../format-figures.js';
import { isFloat, type StudyPanel } from '../study-panels.js';
import type { StudyModel, StudyRow } from '../study-results.js';
import { wilsonInterval } from './wilson-interval.js';

/** The words beside a figure. */
export interface FigureCaption {
  /** What is to be seen, with figures. */
  readonly seen: readonly string[];
  /** How to read the marks. */
  readonly reading: readonly string[];
}

/** Sentences for at most this many models; the panels show the rest. */
const most = 3;

function floatOf(panel: StudyPanel): StudyRow | undefined {
  return panel.rows.find(isFloat);
}

function worstOf(panel: StudyPanel): StudyRow | undefined {
  return panel.rows
    .filter(({ drop }) => drop !== null)
    .toSorted((a, b) => (b.drop?.points ?? 0) - (a.drop?.points ?? 0))[0];
}

/** What accuracy does from float to the worst recipe. */
export function bitsCaption(panels: readonly StudyPanel[]): FigureCaption {
  const seen = panels.slice(0, most).flatMap((panel) => {
    const float = floatOf(panel);
    const worst = worstOf(panel);
    if (!float || !worst) return [];
    return [
      `${panel.model.label} goes from ${percent(float.accuracy)} % in float to ${percent(worst.accuracy)} % at ${worst.label}.`,
    ];
  });
  return {
    seen,
    reading: [
      'Bars are 95 % intervals. Dotted lines lead up to float from recipes that differ in bits alone.',
    ],
  };
}

/** What lies clear of zero, and what the zones are. */
export function changeCaption(panels: readonly StudyPanel[]): FigureCaption {
  const drops = panels.flatMap(({ rows }) => rows.flatMap(({ drop }) => (drop ? [drop] : [])));
  const clear = drops.filter(({ interval95 }) => interval95[0] > 0).length;
  const total = drops.length;
  const seen =
    clear === total
      ? `${total === 1 ? 'The interval lies' : `All ${total} intervals lie`} left of zero: a loss that chance does not explain.`
      : `${clear} of ${total} intervals ${clear === 1 ? 'lies' : 'lie'} wholly left of zero; the others reach it.`;
  return {
    seen: [seen],
    reading: [
      'Bars are paired 95 % intervals. The grey band holds losses of up to 3 points, where risky begins.',
    ],
  };
}

/** Accuracy over the lower or upper third of a group's values, weighted by problems. */
function third(
  row: StudyRow,
  group: string,
  which: 'lower' | 'upper',
): { share: number; from: number; to: number } | null {
  const values = Object.entries(row.by_group[group] ?? {})
    .map(([value, cell]) => ({ value: Number(value), ...cell }))
    .sort((a, b) => a.value - b.value);
  const size = Math.ceil(values.length / 3);
  const part = which === 'lower' ? values.slice(0, size) : values.slice(-size);
  const problems = part.reduce((sum, cell) => sum + cell.problems, 0);
  const [first] = part;
  const last = part.at(-1);
  if (!first || !last) return null;
  return {
    share: part.reduce((sum, cell) => sum + cell.accuracy * cell.problems, 0) / problems,
    from: first.value,
    to: last.value,
  };
}

/** How one end of the scale fares against the other, in float and at the worst recipe. */
export function groupCaption(panels: readonly StudyPanel[], group: string): FigureCaption {
  const seen = panels.slice(0, most).flatMap((panel) => {
    const rows = [floatOf(panel), worstOf(panel)].filter((row) => row !== undefined);
    const clauses = rows.flatMap((row) => {
      const easy = third(row, group, 'lower');
      const hard = third(row, group, 'upper');
      if (!easy || !hard) return [];
      const [lower, upper] = [fixed(100 * easy.share, 0), fixed(100 * hard.share, 0)];
      return row === rows[0]
        ? [
            `${row.label} is right in ${lower} % of the first third (${group} ${easy.from} to ${easy.to}) ` +
              `and ${upper} % of the last (${hard.from} to ${hard.to})`,
          ]
        : [`${row.label} in ${lower} % and ${upper} %`];
    });
    return clauses.length === 0 ? [] : [`${panel.model.label}: ${clauses.join('; ')}.`];
  });
  const sizes = panels.flatMap(({ rows }) =>
    rows.flatMap(({ by_group }) =>
      Object.values(by_group[group] ?? {}).map(({ problems }) => problems),
    ),
  );
  const typical = sizes.toSorted((a, b) => a - b)[Math.floor(sizes.length / 2)] ?? 1;
  const [low, high] = wilsonInterval(0.5, typical);
  return {
    seen,
    reading: [
      `A point rests on about ${whole(typical)} problems and may be off by ${fixed(50 * (high - low), 0)} points; ` +
        'bands are 95 % intervals.',
    ],
  };
}

/** Whether wrong answers are longer, and what quantization does to length. */
export function lengthCaption(panels: readonly StudyPanel[]): FigureCaption {
  const seen = panels.slice(0, most).flatMap((panel) => {
    const float = floatOf(panel);
    const ratios = panel.rows.flatMap(({ label, tokens_ratio }) =>
      tokens_ratio === null ? [] : [{ label, tokens_ratio }],
    );
    const furthest = ratios.toSorted(
      (a, b) => Math.abs(b.tokens_ratio - 1) - Math.abs(a.tokens_ratio - 1),
    )[0];
    const sentences: string[] = [];
    if (float && float.tokens_when_right !== null && float.tokens_when_wrong !== null) {
      sentences.push(
        `${panel.model.label} in float takes ${whole(float.tokens_when_right)} tokens when right and ` +
          `${whole(float.tokens_when_wrong)} when wrong.`,
      );
    }
    if (furthest) {
      const percentage = fixed(100 * Math.abs(furthest.tokens_ratio - 1), 0);
      const way = furthest.tokens_ratio >= 1 ? 'longer' : 'shorter';
      sentences.push(
        percentage === '0'
          ? `${panel.model.label}'s answers keep their length.`
          : `${panel.model.label}'s answers change most at ${furthest.label}: ${percentage} % ${way}.`,
      );
    }
    return sentences;
  });
  return { seen, reading: ['A row is a recipe; lengths count thinking and answer.'] };
}

/** How far packing goes, and what this backend made of it. */
export function memoryCaption(
  models: readonly { model: StudyModel; rows: readonly StudyRow[] }[],
): FigureCaption {
  const seen = models.slice(0, most).flatMap(({ model, rows }) => {
    const smallest = rows.toSorted((a, b) => share(a) - share(b))[0];
    if (!smallest?.memory || share(smallest) >= 1) return [];
    const { weights_packed_bytes, weights_float_bytes } = smallest.memory;
    return [
      `${smallest.label} packs ${model.label}'s weights from ${bytes(weights_float_bytes)} into ` +
        `${bytes(weights_packed_bytes)} (${fixed(100 * share(smallest), 0)} %).`,
    ];
  });
  const expanded = models.some(({ rows }) =>
    rows.some(
      ({ memory }) =>
        memory !== null && memory.weights_held_bytes > 1.01 * memory.weights_packed_bytes,
    ),
  );
  return {
    seen,
    reading: expanded
      ? [
          'This backend expanded the codes to compute with them: in memory it held the pale bar, not the solid one.',
        ]
      : [],
  };
}

function share({ memory }: StudyRow): number {
  return memory === null ? 1 : memory.weights_packed_bytes / memory.weights_float_bytes;
}
