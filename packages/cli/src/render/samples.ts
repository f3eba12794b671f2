import type { SelectedSample } from '@thinkbits/evaluate';
import { formatNumber } from './format.js';
import type { Style } from './style.js';
import { renderTable } from './table.js';

/** `right`, `wrong`, `cut off`, `unread`, `failed`. */
function verdictOf({ sample }: SelectedSample): string {
  if (sample.finish_reason === 'error') return 'failed';
  if (sample.correct) return 'right';
  if (sample.finish_reason === 'length') return 'cut off';
  return sample.extracted === null ? 'unread' : 'wrong';
}

const longest = 32;

/** One line, not too long. */
function brief(text: string | null): string {
  if (text === null) return '–';
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** Samples as a table, a line each. */
export function renderSampleTable(samples: readonly SelectedSample[]): string {
  const right = 'right' as const;
  const several = new Set(samples.map(({ benchmark }) => benchmark)).size > 1;
  const beside = samples.some(({ other }) => other !== undefined);
  const columns = [
    ...(several ? [{ title: 'benchmark' }] : []),
    { title: 'problem' },
    { title: 'repeat', align: right },
    { title: 'verdict' },
    ...(beside ? [{ title: 'other' }] : []),
    { title: 'read' },
    { title: 'expected' },
    { title: 'tokens', align: right },
  ];
  const rows = samples.map((selected) => {
    const { benchmark, sample, other } = selected;
    return [
      ...(several ? [benchmark] : []),
      sample.problem,
      String(sample.repeat),
      verdictOf(selected),
      ...(beside ? [other ? (other.correct ? 'right' : 'wrong') : '–'] : []),
      brief(sample.extracted),
      brief(sample.expected),
      formatNumber(sample.completion_tokens),
    ];
  });
  return renderTable(columns, rows);
}

/** A sample to be read: a head, its thinking (dimmed on a terminal), its answer, and why it was judged so. */
export function renderSample(selected: SelectedSample, style: Style): string {
  const { benchmark, sample, other } = selected;
  const beside = other ? `, ${other.correct ? 'right' : 'wrong'} in the other run` : '';
  const head = style.bold(
    `${benchmark} ${sample.problem}, repeat ${sample.repeat}: ${verdictOf(selected)}${beside}`,
  );
  const facts = [
    `read      ${sample.extracted ?? '–'}`,
    `expected  ${sample.expected}`,
    `why       ${sample.reason}`,
    ...(sample.seen ? ['seen      the thinking states the expected answer on its way'] : []),
    `tokens    ${formatNumber(sample.completion_tokens)}, seed ${sample.seed}`,
  ];
  const thinking = sample.thinking.trim();
  return [
    head,
    ...facts,
    ...(thinking === '' ? [] : ['', style.dim(thinking)]),
    '',
    sample.text.trim() === '' ? '(no answer)' : sample.text.trim(),
    '',
  ].join('\n');
}
