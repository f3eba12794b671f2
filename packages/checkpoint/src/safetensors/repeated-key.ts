/**
 * The first key that a JSON object names twice at its top level, which `JSON.parse` passes over in silence.
 * @param text a valid JSON object
 */
export function repeatedKey(text: string): string | undefined {
  const seen = new Set<string>();
  // Strings whole, so that braces and colons within them do not count.
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g;
  let depth = 0;
  let expectsKey = false;
  for (const [match] of text.matchAll(token)) {
    if (match === '{' || match === '[') {
      depth++;
      expectsKey = depth === 1;
    } else if (match === '}' || match === ']') depth--;
    else if (match === ',') expectsKey = depth === 1;
    else if (expectsKey) {
      const key = JSON.parse(match) as string;
      if (seen.has(key)) return key;
      seen.add(key);
      expectsKey = false;
    }
  }
  return undefined;
}
