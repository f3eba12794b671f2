import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type SelectedSample, selectSamples } from '@thinkbits/evaluate';
import type { CellAnswers, StudyAnswer, StudyAnswers, StudyResults } from '@thinkbits/report';
import { hashFile } from './hash-file.js';
import { interest } from './pick-samples.js';
import { shareOut } from './share-out.js';

/**
 * UTF-8 bytes of thinking and answers that a report carries at most, all cells together. Packed, text of reasoning models
 * takes a third of that or less.
 */
export const mostTextBytes = 24_000_000;

/** The answers of a study, and the cells whose runs are not there or hold others than the figures were made of. */
export interface CollectedAnswers {
  readonly answers: StudyAnswers;
  readonly missing: readonly string[];
}

/** A cell before its texts are read. */
interface Listing {
  readonly cell: Omit<CellAnswers, 'answers'>;
  readonly directory: string;
  readonly against: string | undefined;
  /** In the order of the file. */
  readonly entries: readonly Entry[];
}

interface Entry {
  readonly key: string;
  readonly bytes: number;
  readonly interest: number;
}

/** The samples of a run, beside the float model's verdicts. */
const samplesOf = ({ directory, against }: Pick<Listing, 'directory' | 'against'>) =>
  selectSamples(directory, against === undefined ? {} : { against });

async function list(
  cell: Listing['cell'],
  directory: string,
  against: string | undefined,
): Promise<Listing & { readonly confidential: boolean }> {
  const entries: Entry[] = [];
  let confidential = false;
  for await (const selected of samplesOf({ directory, against })) {
    const { key, thinking, text } = selected.sample;
    confidential ||= selected.confidential;
    const bytes = Buffer.byteLength(thinking) + Buffer.byteLength(text);
    entries.push({ key, bytes, interest: interest(selected) });
  }
  return { cell, directory, against, entries, confidential };
}

/** The keys of the answers whose texts there is room for, the most telling first. */
function chosen({ entries }: Listing, room: number): ReadonlySet<string> {
  const keys = new Set<string>();
  let left = room;
  for (const { key, bytes } of entries.toSorted((a, b) => a.interest - b.interest)) {
    if (bytes > left) continue;
    keys.add(key);
    left -= bytes;
  }
  return keys;
}

function toAnswer({ sample, other }: SelectedSample, withTexts: boolean): StudyAnswer {
  const { problem, repeat, expected, extracted, correct, finish_reason } = sample;
  const { completion_tokens, reason, thinking, text } = sample;
  return {
    problem,
    repeat,
    expected,
    extracted,
    correct,
    finish_reason,
    completion_tokens,
    reason,
    ...(other && { float_correct: other.correct }),
    ...(withTexts && { thinking, text }),
  };
}

async function read(listing: Listing, room: number): Promise<CellAnswers> {
  const keys = chosen(listing, room);
  const answers: StudyAnswer[] = [];
  for await (const selected of samplesOf(listing)) {
    answers.push(toAnswer(selected, keys.has(selected.sample.key)));
  }
  return { ...listing.cell, answers };
}

/** Whether a run holds what the figures of its row were made of. */
async function isOfRow(directory: string, hash: string | undefined): Promise<boolean> {
  if (!existsSync(join(directory, 'run.json'))) return false;
  return hash === undefined || (await hashFile(join(directory, 'samples.jsonl'))) === hash;
}

/**
 * Reads the answers that the rows of a study's results were made of, for a page on which each can be opened. Texts beyond the
 * room are left out, never verdicts; of confidential benchmarks all answers are.
 * @param directory of the study
 */
export async function collectAnswers(
  directory: string,
  { rows }: Pick<StudyResults, 'rows'>,
  questions: StudyAnswers['questions'],
  room: number = mostTextBytes,
): Promise<CollectedAnswers> {
  const listings: Listing[] = [];
  const withheld = new Set<string>();
  const missing: string[] = [];
  for (const { model, recipe, benchmark, run, run_hash } of rows) {
    if (run === undefined || !(await isOfRow(join(directory, run), run_hash))) {
      missing.push(`${model}, ${recipe}, ${benchmark}`);
      continue;
    }
    const float = rows.find(
      (row) => row.recipe === 'none' && row.model === model && row.benchmark === benchmark,
    );
    const beside = recipe !== 'none' && float?.run !== undefined && join(directory, float.run);
    const against = beside && existsSync(join(beside, 'run.json')) ? beside : undefined;
    const cell = { model, recipe, benchmark, run };
    const listing = await list(cell, join(directory, run), against);
    if (listing.confidential) withheld.add(benchmark);
    else listings.push(listing);
  }
  const needs = listings.map(({ entries }) => entries.reduce((sum, { bytes }) => sum + bytes, 0));
  const shares = shareOut(needs, room);
  const cells: CellAnswers[] = [];
  for (const [index, listing] of listings.entries()) {
    cells.push(await read(listing, shares[index] as number));
  }
  const answers = { cells, questions, withheld: [...withheld], text_bytes: room };
  return { answers, missing };
}
