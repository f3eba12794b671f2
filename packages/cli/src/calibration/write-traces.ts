import { writeFileAtomic } from '@thinkbits/checkpoint/node';
import { readSamples, type SampleLine } from '@thinkbits/evaluate';
import type { Tokenizer } from '@thinkbits/inference';
import { type ProblemSet, ThinkbitsError } from '@thinkbits/spec';
import { describeQuestion } from './calibration-problems.js';

/** What was generated, with the markers of thinking and without the token that ends it. */
function generatedText({ tokens, problem }: SampleLine, tokenizer: Tokenizer): string {
  if (!tokens) {
    throw new ThinkbitsError({
      code: 'calibrate/no-tokens',
      message: `The answer to "${problem}" was kept without its tokens.`,
      help: 'The run directory is of another command: choose another output.',
    });
  }
  const last = tokens.at(-1);
  const ended = last !== undefined && tokenizer.endIds.has(last);
  return tokenizer.decode(ended ? tokens.slice(0, -1) : tokens, { special: true });
}

/** What a file of traces holds. */
export interface TracesWritten {
  readonly traces: number;
  readonly tokens: number;
  /** Answers that were cut off at the token limit; they are kept, as in the study. */
  readonly truncated: number;
  readonly correct: number;
}

/**
 * Writes the answers of a run as traces: JSON lines with the question, the rendered prompt and the whole generation, right or
 * wrong, in the order of problems and repeats.
 * @param limit only answers to the first so many problems
 */
export async function writeTraces(
  file: string,
  run: string,
  { problems }: ProblemSet,
  tokenizer: Tokenizer,
  asked: {
    readonly limit: number;
    readonly seeds: readonly number[];
    readonly templateDate: string | undefined;
  },
): Promise<TracesWritten> {
  const byId = new Map(problems.slice(0, asked.limit).map((problem) => [problem.id, problem]));
  const lines: string[] = [];
  let [tokens, truncated, correct] = [0, 0, 0];
  for await (const sample of readSamples(run)) {
    const problem = byId.get(sample.problem);
    if (!problem || sample.finish_reason === 'error' || !asked.seeds.includes(sample.seed))
      continue;
    lines.push(
      JSON.stringify({
        id: problem.id,
        ...describeQuestion(problem),
        prompt: tokenizer.render(problem.messages, { date: asked.templateDate }),
        generated_text: generatedText(sample, tokenizer),
        tokens: sample.completion_tokens,
        finish_reason: sample.finish_reason,
        seed: sample.seed,
        correct: sample.correct,
        expected: sample.expected,
      }),
    );
    tokens += sample.completion_tokens;
    truncated += sample.finish_reason === 'length' ? 1 : 0;
    correct += sample.correct ? 1 : 0;
  }
  await writeFileAtomic(file, lines.map((line) => `${line}\n`).join(''));
  return { traces: lines.length, tokens, truncated, correct };
}
