import { ThinkbitsError } from '@thinkbits/spec';
import { type CalibrationEntry, readCalibrationRow } from './calibration-entry.js';
import { calibrationRows, readText } from './calibration-rows.js';

/**
 * Reads calibration text: rows from a file called `.jsonl`, `.json` or `.parquet`, also compressed, else the
 * file as one text.
 * @throws ThinkbitsError `calibration/no-file`, `calibration/empty`, `calibration/bad-row`, and what
 *   `readDataRows` throws
 */
export async function readCalibrationFile(path: string): Promise<CalibrationEntry[]> {
  const entries: CalibrationEntry[] = [];
  const rows = calibrationRows(path);
  if (rows) {
    for await (const { row, what } of rows) entries.push(readCalibrationRow(row, what));
  } else {
    const text = await readText(path);
    if (text.trim() !== '') entries.push({ kind: 'text', text });
  }
  if (entries.length > 0) return entries;
  throw new ThinkbitsError({
    code: 'calibration/empty',
    message: `${path} has no calibration text.`,
    help: 'Give a file with text in it.',
  });
}
