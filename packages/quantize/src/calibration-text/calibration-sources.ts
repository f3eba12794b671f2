import type { CalibrationSpec } from '@thinkbits/spec';
import { type CalibrationEntry, readCalibrationRow } from './calibration-entry.js';
import type { CalibrationRow } from './calibration-rows.js';

/** A corpus that recipes call by name. */
export interface CalibrationSource {
  /** What it is, and under which terms. */
  readonly title: string;
  /** Where it comes from when no file is named; absent where nobody can publish it. */
  readonly hub?: { readonly dataset: string; readonly file: string };
  /** How to get it, where it is no download. */
  readonly help?: string;
  /** A row as calibration text. */
  entry(row: CalibrationRow): CalibrationEntry;
  /** Whether a plain-text file has a row a line. */
  readonly lines?: boolean;
  /** Rows that `windows` joins; all where absent. */
  readonly joined?: number;
  /** How it is usually cut. */
  readonly sampling: CalibrationSpec['sampling'];
}

const text = ({ row, what }: CalibrationRow): CalibrationEntry => readCalibrationRow(row, what);

/**
 * The corpora of the study and how it reads them (methods.md §3). Texts are joined by an empty line and
 * tokenized once.
 */
export const calibrationSources: { readonly [name: string]: CalibrationSource } = {
  // Each row stripped; the rows without text stay, as in the study, whose filter lets them pass.
  'wikitext-2': {
    title: 'WikiText-2 raw, train split (CC BY-SA 3.0)',
    hub: {
      dataset: 'Salesforce/wikitext',
      file: 'wikitext-2-raw-v1/train-00000-of-00001.parquet',
    },
    entry: ({ row }) => ({ kind: 'text', text: String(row.text).trim() }),
    lines: true,
    sampling: 'windows',
  },
  c4: {
    title: 'C4, English, the first training shard (ODC-BY)',
    hub: { dataset: 'allenai/c4', file: 'en/c4-train.00000-of-01024.json.gz' },
    entry: text,
    joined: 1000,
    sampling: 'documents',
  },
  'pile-validation': {
    title: 'The Pile, validation split (terms of its parts)',
    hub: { dataset: 'mit-han-lab/pile-val-backup', file: 'val.jsonl.zst' },
    entry: text,
    joined: 1000,
    sampling: 'blocks',
  },
  numina: {
    title: 'NuminaMath-1.5, problems with written solutions (Apache-2.0), the first of three parts',
    hub: { dataset: 'AI-MO/NuminaMath-1.5', file: 'data/train-00000-of-00003.parquet' },
    entry: ({ row, what }) =>
      readCalibrationRow({ text: `${row.problem ?? ''}\n\n${row.solution ?? ''}`.trim() }, what),
    joined: 1000,
    sampling: 'windows',
  },
  'numina-math-traces': {
    title: 'what the model itself answers to NuminaMath-1.5 problems',
    help: 'Make them with the float model: thinkbits calibrate MODEL -b BENCHMARK --data PROBLEMS.jsonl -o traces.jsonl; then name the file: numina-math-traces=traces.jsonl.',
    entry: text,
    sampling: 'windows',
  },
};
