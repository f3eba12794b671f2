import { type SampleLine, type SelectedSample, selectSamples } from '@thinkbits/evaluate';
import type { StudySample } from '@thinkbits/report';
import type { LoadedBenchmark } from '../evaluation/load-benchmarks.js';

/** Answers of each row that a reader gets to see. */
const shown = 8;
/** Licences that let questions be printed (SPDX). */
const open = /^(MIT|Apache-2\.0|BSD-[23]-Clause|CC0-1\.0|CC-BY-4\.0|CC-BY-SA-[34]\.0)\b/;

/** What a report shows of a sample beside its verdict. */
export interface ShownOfSample {
  /** By problem; left out where they may not be printed. */
  readonly questions: ReadonlyMap<string, string>;
  /** Whether what the model wrote is shown, which may repeat the question. */
  readonly answers: boolean;
}

/**
 * What may be printed of a benchmark: of a confidential one neither questions nor answers, unless `showConfidential`; of one
 * whose licence is not open no questions.
 */
export function shownOf(
  { benchmark, problems }: LoadedBenchmark,
  showConfidential: boolean,
): ShownOfSample {
  const answers = !benchmark.confidential || showConfidential;
  const questions = answers && (showConfidential || open.test(benchmark.licence));
  const texts = questions
    ? problems.problems.map(({ id, messages }) => [id, messages.at(-1)?.content ?? ''] as const)
    : [];
  return { questions: new Map(texts), answers };
}

/** The most telling first: lost, won, cut off, wrong, right. */
export function interest({ sample, other }: SelectedSample): number {
  if (other?.correct && !sample.correct) return 0;
  if (other?.correct === false && sample.correct) return 1;
  if (sample.finish_reason === 'length') return 2;
  return sample.correct ? 4 : 3;
}

/**
 * A few answers of a run, those first whose verdict differs from the float model's.
 */
export async function pickSamples(
  directory: string,
  floatDirectory: string | undefined,
  wanted: (line: SampleLine) => boolean,
  show: ShownOfSample,
): Promise<StudySample[]> {
  const key = ({ sample }: SelectedSample) => JSON.stringify([sample.problem, sample.repeat]);
  const found: SelectedSample[] = [];
  const filter = floatDirectory === undefined ? {} : { against: floatDirectory };
  for await (const each of selectSamples(directory, filter)) {
    if (wanted(each.sample)) found.push(each);
  }
  return found
    .sort((a, b) => interest(a) - interest(b) || (key(a) < key(b) ? -1 : 1))
    .slice(0, shown)
    .map(({ sample: line }) => {
      const question = show.questions.get(line.problem);
      return {
        problem: line.problem,
        repeat: line.repeat,
        ...(question !== undefined && { question }),
        expected: line.expected,
        extracted: line.extracted,
        correct: line.correct,
        finish_reason: line.finish_reason,
        completion_tokens: line.completion_tokens,
        thinking: show.answers ? line.thinking : '',
        text: show.answers ? line.text : '',
        ...(!show.answers && { withheld: true as const }),
      };
    });
}
