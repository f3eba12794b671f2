import {
  type GenerationResult,
  type Issue,
  type Problem,
  type ProgramTests,
  type Scorer,
  throwIfAborted,
} from '@thinkbits/spec';
import type { PlannedSample } from './run/read-run-directory.js';
import type { SampleLine } from './run/sample-line.js';

/** The verdict part of a sample line. */
export type SampleVerdict = Pick<
  SampleLine,
  'correct' | 'extracted' | 'reason' | 'seen' | 'details'
>;

/** What judging takes beside the answer. */
export interface Judge {
  readonly scorer: Scorer;
  /** The test cases of the problem, for a scorer that needs them. */
  readonly tests?: (() => Promise<ProgramTests>) | undefined;
  report(issue: Issue): void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Scores the text after the thinking. A scorer that throws does not lose an answer that may have
 * taken an hour: the sample is kept as unread, `issue` is told, and scoring again mends it.
 * @throws ThinkbitsError `run/aborted`
 */
export async function judge(
  answer: Pick<SampleLine, 'problem' | 'thinking' | 'text' | 'expected'> & {
    readonly choices: number | null;
  },
  { scorer, tests, report, signal }: Judge,
): Promise<SampleVerdict> {
  const { problem, thinking, text, expected, choices } = answer;
  const gold = { answer: expected, ...(choices !== null && { choices }) };
  try {
    const { correct, extracted, reason, details } = await scorer.score(
      {
        prediction: text,
        ...(thinking !== '' && { thinking }),
        ...gold,
        ...(tests && { tests: await tests() }),
      },
      signal && { signal },
    );
    const seen = correct || thinking === '' ? undefined : scorer.reaches?.(thinking, gold);
    return {
      correct,
      extracted,
      reason,
      ...(seen !== undefined && { seen }),
      ...(details && { details }),
    };
  } catch (error) {
    throwIfAborted(signal);
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
export async function sampleLine(
  planned: PlannedSample,
  { answer: expected, extra }: Pick<Problem, 'answer' | 'extra'>,
  result: GenerationResult,
  how: Judge,
  keepTokens = false,
): Promise<SampleLine> {
  const { key, repeat, seed } = planned;
  const { problem, choices } = planned.problem;
  const verdict: SampleVerdict =
    result.finishReason === 'error'
      ? { correct: false, extracted: null, reason: whyUnanswered(result) }
      : await judge(
          { problem, thinking: result.thinking, text: result.text, expected, choices },
          how,
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
    ...(verdict.seen !== undefined && { seen: verdict.seen }),
    ...(verdict.details && { details: verdict.details }),
    ...(extra && { extra }),
  };
}
