import { whole } from '../format-figures.js';
import type { StudyPanel } from '../study-panels.js';
import type { StudySample } from '../study-results.js';
import { abridge } from './abridge.js';
import type { AnswerBrowsers } from './answer-browsers.js';
import { escapeHtml } from './escape-html.js';

/** What stands in place of a question and its answer. */
const withheld =
  'Question and answer are left out: this benchmark does not allow its questions to be published.';
/** Answers shown for a cell, right and wrong ones each at most half where there are both; results may carry more. */
const shownSamples = 4;
/** Characters of thinking shown; the middle of a longer one is left out, and the page says so. */
const shownThinking = 6000;

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

const shortened = (text: string) => escapeHtml(abridge(text, shownThinking));

/** Folded: what was thought is long, and what was answered stands below it. */
const thought = (text: string) =>
  `<details class="thought"><summary>${whole(text.length)} characters</summary><pre>${shortened(text)}</pre></details>`;

function sampleDetails(sample: StudySample): string {
  const verdict = sample.correct
    ? '<span class="verdict lossless"><span aria-hidden="true">✓</span>right</span>'
    : '<span class="verdict risky"><span aria-hidden="true">×</span>wrong</span>';
  const read = sample.extracted === null ? 'nothing readable' : sample.extracted;
  const ended = { stop: '', length: ', cut off', error: ', failed' }[sample.finish_reason];
  const tokens = `${whole(sample.completion_tokens)} ${sample.completion_tokens === 1 ? 'token' : 'tokens'}`;
  const part = (name: string, html: string) => `<dt>${name}</dt><dd>${html}</dd>`;
  const answer = [
    sample.question === undefined ? '' : part('Question', shortened(sample.question)),
    sample.thinking === '' ? '' : part('Thinking', thought(sample.thinking)),
    part('Answer', sample.text === '' ? '<i>none</i>' : shortened(sample.text)),
  ].join('\n');
  return `<details><summary>${verdict} &ensp;<bdi>${escapeHtml(abridge(read, 120))}</bdi><span class="meta">,
expected <bdi>${escapeHtml(abridge(sample.expected, 120))}</bdi> · ${tokens}${ended} · <bdi>${escapeHtml(sample.problem)}</bdi></span></summary>
<dl class="sample">${sample.withheld ? part('Not shown', withheld) : answer}</dl></details>`;
}

/**
 * Answers of every cell that carries some, folded, and what opens the rest of them; empty where no cell has any.
 */
export function sampleAnswers(panels: readonly StudyPanel[], browsers: AnswerBrowsers): string {
  const several = new Set(panels.map(({ benchmark }) => benchmark.id)).size > 1;
  return panels
    .flatMap(({ model, benchmark, rows }) =>
      rows.flatMap((row) => {
        const { label, samples = [] } = row;
        const few = shownOf(samples);
        const all = browsers.countOf(row) ?? samples.length;
        if (all === 0) return [];
        const where = several ? `, ${benchmark.title}` : '';
        const more = all > few.length ? ` (${whole(few.length)} of ${whole(all)})` : '';
        const title = escapeHtml(`${model.label}, ${label}${where}${more}`);
        const details = few.map(sampleDetails).join('\n');
        return [
          `<section class="cell"><h3 class="group">${title}</h3><div class="few">${details}</div>${browsers.of(row)}</section>`,
        ];
      }),
    )
    .join('\n');
}
