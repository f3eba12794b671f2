import { whole } from '../format-figures.js';
import type { StudyPanel } from '../study-panels.js';
import type { StudySample } from '../study-results.js';
import { escapeHtml } from './escape-html.js';

/** What stands in place of a question and its answer. */
const withheld =
  'Question and answer are left out: this benchmark does not allow its questions to be published.';
/** Answers shown for a cell, right and wrong ones each at most half where there are both; results may carry more. */
const shownSamples = 4;
/** Characters of thinking shown; the middle of a longer one is left out, and the page says so. */
const shownThinking = 6000;

/** The beginning and the end of a text that is too long to show. */
export function abridge(text: string, most = shownThinking): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const left = characters.length - most;
  const half = Math.ceil(most / 2);
  const end = characters.slice(characters.length - (most - half)).join('');
  return `${characters.slice(0, half).join('')}\n\n[… ${whole(left)} characters left out …]\n\n${end}`;
}

/** Some of each kind, in the order given. */
function shownOf(samples: readonly StudySample[]): readonly StudySample[] {
  const right = samples.filter(({ correct }) => correct);
  const wrong = samples.filter(({ correct }) => !correct);
  const half = shownSamples / 2;
  const chosen = new Set([
    ...right.slice(0, Math.max(half, shownSamples - wrong.length)),
    ...wrong.slice(0, Math.max(half, shownSamples - right.length)),
  ]);
  return samples.filter((sample) => chosen.has(sample));
}

function sampleDetails(sample: StudySample): string {
  const verdict = sample.correct
    ? '<span class="verdict lossless"><span aria-hidden="true">✓</span>right</span>'
    : '<span class="verdict risky"><span aria-hidden="true">×</span>wrong</span>';
  const read = sample.extracted === null ? 'nothing readable' : sample.extracted;
  const ended = { stop: '', length: ', cut off', error: ', failed' }[sample.finish_reason];
  const tokens = `${whole(sample.completion_tokens)} ${sample.completion_tokens === 1 ? 'token' : 'tokens'}`;
  const part = (name: string, html: string) => `<dt>${name}</dt><dd>${html}</dd>`;
  const answer = [
    sample.question === undefined ? '' : part('Question', escapeHtml(abridge(sample.question))),
    sample.thinking === ''
      ? ''
      : part('Thinking', `<pre>${escapeHtml(abridge(sample.thinking))}</pre>`),
    part('Answer', sample.text === '' ? '<i>none</i>' : escapeHtml(abridge(sample.text))),
  ].join('\n');
  return `<details><summary>${verdict} &ensp;<bdi>${escapeHtml(abridge(read, 120))}</bdi><span class="meta">,
expected <bdi>${escapeHtml(abridge(sample.expected, 120))}</bdi> · ${tokens}${ended} · <bdi>${escapeHtml(sample.problem)}</bdi></span></summary>
<dl class="sample">${sample.withheld ? part('Not shown', withheld) : answer}</dl></details>`;
}

/** Answers of every cell that carries some, folded; empty where none does. */
export function sampleAnswers(panels: readonly StudyPanel[]): string {
  const several = new Set(panels.map(({ benchmark }) => benchmark.id)).size > 1;
  return panels
    .flatMap(({ model, benchmark, rows }) =>
      rows.flatMap(({ label, samples = [] }) => {
        if (samples.length === 0) return [];
        const where = several ? `, ${benchmark.title}` : '';
        const more = samples.length > shownSamples ? ` (${shownSamples} of ${samples.length})` : '';
        const title = escapeHtml(`${model.label}, ${label}${where}${more}`);
        return [`<h3 class="group">${title}</h3>`, ...shownOf(samples).map(sampleDetails)];
      }),
    )
    .join('\n');
}
