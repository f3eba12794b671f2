import { type JsonObject, ThinkbitsError } from '@thinkbits/spec';

/** A record of a CSV text, by the names of its columns. */
export interface CsvRecord {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly value: JsonObject;
}

/** A field in quotes, or one without, and what ends it. */
const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;

function syntaxError(what: string, line: number, problem: string): ThinkbitsError {
  return new ThinkbitsError({
    code: 'csv/syntax',
    message: `${what}, line ${line}: ${problem}.`,
    help: 'Separate fields by commas; put those with commas, quotes or line breaks in double quotes, and double their quotes.',
    details: { line },
  });
}

/** The fields of each record; a line that holds nothing is none. */
function* readFields(text: string, what: string): Generator<{ line: number; fields: string[] }> {
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const fields: string[] = [];
    const begin = line;
    for (let end = ','; end === ','; ) {
      field.lastIndex = at;
      const match = field.exec(text);
      if (!match) throw syntaxError(what, line, `field ${fields.length + 1} is not CSV`);
      const [whole, quoted, plain = ''] = match;
      end = match[3] as string;
      fields.push(quoted?.replaceAll('""', '"') ?? plain);
      line += whole.split(/\r\n|\n|\r/).length - 1;
      at += whole.length;
    }
    if (fields.length > 1 || fields[0] !== '') yield { line: begin, fields };
  }
}

/**
 * Reads a CSV text (RFC 4180) whose first record names the columns; every value is a text.
 * @param what names the text in messages, for example a file
 * @throws ThinkbitsError `csv/syntax` with the line: a field that is not CSV, another number of fields than columns
 */
export function* parseCsv(text: string, what: string): Generator<CsvRecord, void> {
  let columns: readonly string[] | undefined;
  for (const { line, fields } of readFields(text.replace(/^\uFEFF/, ''), what)) {
    if (!columns) {
      columns = fields;
      continue;
    }
    if (fields.length !== columns.length)
      throw syntaxError(what, line, `${fields.length} fields under ${columns.length} columns`);
    const value = Object.fromEntries(columns.map((name, index) => [name, fields[index] as string]));
    yield { line, value };
  }
}
