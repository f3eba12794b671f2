import { type Json, ThinkbitsError } from '@thinkbits/spec';
import { parseAt } from './parse-json.js';

/** Options of {@link parseJsonLines}. */
export interface JsonLinesOptions {
  /** Drops a last line without newline that is not JSON: what a killed writer leaves. Off unless asked. */
  readonly allowTornTail?: boolean;
}

/** A line of a JSON-lines text. */
export interface JsonLine {
  /** From 1. */
  readonly line: number;
  readonly value: Json;
}

/**
 * Reads JSON lines one by one, with their numbers; empty lines are passed over.
 * @param what names the text in messages, for example a file
 * @throws ThinkbitsError `json/syntax` with the line and column
 */
export function* readJsonLines(
  text: string,
  what: string,
  options: JsonLinesOptions = {},
): Generator<JsonLine, void> {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    try {
      yield { line: index + 1, value: parseAt(line, what, index) };
    } catch (error) {
      const torn = options.allowTornTail === true && index === lines.length - 1;
      if (torn && ThinkbitsError.isInstance(error)) return;
      throw error;
    }
  }
}

/**
 * The values of a JSON-lines text, in order; see {@link readJsonLines}, which also gives line numbers.
 * @throws ThinkbitsError `json/syntax` with the line and column
 */
export function parseJsonLines(text: string, what: string, options: JsonLinesOptions = {}): Json[] {
  return Array.from(readJsonLines(text, what, options), ({ value }) => value);
}
