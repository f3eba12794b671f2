import type { GenerationResult, Issue, Problem, Scorer } from '@thinkbits/spec';
import type { PlannedSample } from './run/read-run-directory.js';
import type { SampleLine } from './run/sample-line.js';

/** The verdict part of a sample line. */
export type SampleVerdict = Pick<SampleLine, 'correct' | 'extracted' | 'reason' | 'details'>;

/**
 * Scores the text after the thinking. A scorer that throws does not lose an answer that may have
 * taken an hour: the sample is kept as unread, `issue` is told, and scoring again mends it.
 */
export function judge(
  answer: Pick<SampleLine, 'problem' | 'thinking' | 'text' | 'expected'> & {
    readonly choices: number | null;
  },
  scorer: Scorer,
  report: (issue: Issue) => void,
): SampleVerdict {
  const { problem, thinking, text, expected, choices } = answer;
  try {
    const { correct, extracted, reason, details } = scorer.score({
      prediction: text,
      ...(thinking !== '' && { thinking }),
      answer: expected,
      ...(choices !== null && { choices }),
    });
    return { correct, extracted, reason, ...(details && { details }) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `The scorer "${scorer.id}" failed: ${why}`;
    report({ severity: 'warning', code: 'evaluate/scorer-failed', subject: problem, message });
    return { correct: false, extracted: null, reason: message };
  }
}

/** The reason kept for a request that the engine could not answer. */
function whyUnanswered({ error }: GenerationResult): string {
  return error ? `${error.code}: ${error.message} ${error.help}` : 'The engine gave no reason.';
}

/** The line of an answered request, or of one that could not be answered. */
export function sampleLine(
  planned: PlannedSample,
  { answer: expected, extra }: Pick<Problem, 'answer' | 'extra'>,
  result: GenerationResult,
  scorer: Scorer,
  report: (issue: Issue) => void,
  keepTokens = false,
): SampleLine {
  const { key, repeat, seed } = planned;
  const { problem, choices } = planned.problem;
  const verdict: SampleVerdict =
    result.finishReason === 'error'
      ? { correct: false, extracted: null, reason: whyUnanswered(result) }
      : judge(
          { problem, thinking: result.thinking, text: result.text, expected, choices },
          scorer,
          report,
        );
  return {
    key,
    problem,
    repeat,
    seed,
    prompt_tokens: result.promptTokens,
    completion_tokens: result.completionTokens,
    finish_reason: result.finishReason,
    thinking: result.thinking,
    text: result.text,
    correct: verdict.correct,
    extracted: verdict.extracted,
    expected,
    reason: verdict.reason,
    seconds: result.seconds,
    ...(keepTokens && result.tokens && { tokens: result.tokens }),
    ...(verdict.details && { details: verdict.details }),
    ...(extra && { extra }),
  };
}
