import { readFile } from 'node:fs/promises';
import { type JsonObject, ThinkbitsError } from '@thinkbits/spec';
import { readJsonLines } from '@thinkbits/validation';
import { type CalibrationEntry, readCalibrationRow } from './calibration-entry.js';

/**
 * Reads calibration text: JSON lines from a file called `.jsonl`, else the file as one text.
 * @throws ThinkbitsError `calibration/no-file`, `calibration/empty`, `calibration/bad-row`, `json/syntax`
 */
export async function readCalibrationFile(path: string): Promise<CalibrationEntry[]> {
  const content = await readFile(path, 'utf8').catch((cause) => {
    throw new ThinkbitsError({
      code: 'calibration/no-file',
      message: `The calibration text ${path} cannot be read: ${cause.message}.`,
      help: 'Give a text file, or JSON lines with "text", or with "question" and "generated_text".',
      cause,
    });
  });
  const entries = path.endsWith('.jsonl')
    ? Array.from(readJsonLines(content, path), ({ line, value }) =>
        readCalibrationRow(value as JsonObject, `${path}, line ${line},`),
      )
    : content.trim() === ''
      ? []
      : [{ kind: 'text' as const, text: content }];
  if (entries.length > 0) return entries;
  throw new ThinkbitsError({
    code: 'calibration/empty',
    message: `${path} has no calibration text.`,
    help: 'Give a file with text in it.',
  });
}
