/** A line of bytes, without its line break. */
export interface ByteLine {
  /** From 1. */
  readonly line: number;
  /** Where it begins, in bytes from the beginning of the stream. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const lineBreak = 0x0a;

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only, ...others] = parts;
  if (only && others.length === 0) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Cuts a stream of bytes into lines, holding one line at a time; each byte is copied once however long a line is. */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ByteLine> {
  let parts: Uint8Array[] = [];
  let [line, offset, held] = [1, 0, 0];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(lineBreak); end >= 0; end = chunk.indexOf(lineBreak, start)) {
      parts.push(chunk.subarray(start, end));
      held += end - start;
      yield { line, offset, bytes: join(parts) };
      parts = [];
      line++;
      offset += held + 1;
      held = 0;
      start = end + 1;
    }
    if (start < chunk.length) {
      parts.push(chunk.slice(start)); // a stream may use its buffer again
      held += chunk.length - start;
    }
  }
  if (held > 0) yield { line, offset, bytes: join(parts) };
}
