import { readFile } from 'node:fs/promises';
import { readDataRows } from '@thinkbits/checkpoint/node';
import { type JsonObject, ThinkbitsError } from '@thinkbits/spec';

/** A row of a file and where it stands. */
export interface CalibrationRow {
  /** For messages, for example `c4.jsonl, line 3,`. */
  readonly what: string;
  readonly row: JsonObject;
}

/**
 * The text of a file that holds no rows.
 * @throws ThinkbitsError `calibration/no-file`
 */
export async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause) => {
    throw new ThinkbitsError({
      code: 'calibration/no-file',
      message: `The calibration text ${path} cannot be read: ${(cause as Error).message}.`,
      help: 'Give a text file, or JSON lines with "text", or with "question" and "generated_text".',
      cause,
    });
  });
}

/** The rows of a file one by one; undefined for a file that is plain text. Throws what `readDataRows` throws. */
export function calibrationRows(path: string): AsyncGenerator<CalibrationRow> | undefined {
  const rows = readDataRows(path);
  return rows && described(rows);
}

async function* described(
  rows: NonNullable<ReturnType<typeof readDataRows>>,
): AsyncGenerator<CalibrationRow> {
  for await (const { place, row } of rows) yield { what: `${place},`, row: row as JsonObject };
}
