import { type Json, ThinkbitsError } from '@thinkbits/spec';
import { findSyntaxError } from './find-syntax-error.js';

/** Parses one JSON text; `line` is added to the reported line numbers. */
export function parseAt(text: string, what: string, line: number): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    const error = findSyntaxError(text);
    const place = error
      ? `line ${line + error.line}, column ${error.column}: expected ${error.expected}, found ${error.found}`
      : `line ${line + 1}: ${(cause as Error).message}`;
    throw new ThinkbitsError({
      code: 'json/syntax',
      message: `${what} is not JSON: ${place}.`,
      help: `Correct ${what} at that place; JSON has double quotes, no comments and no trailing commas.`,
      details: error ? { line: line + error.line, column: error.column } : { line: line + 1 },
      cause,
    });
  }
}

/**
 * Parses a JSON text; a byte order mark is ignored.
 * @param what names the text in messages, for example a file
 * @param line of `what` in which the text begins, from 0
 * @throws ThinkbitsError `json/syntax` with line and column
 */
export function parseJson(text: string, what: string, line = 0): Json {
  return parseAt(text.replace(/^\uFEFF/, ''), what, line);
}
