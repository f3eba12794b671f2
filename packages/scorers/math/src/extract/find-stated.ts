const markers =
  /(?:####|\bfinal answer\b[\s*_]*(?:is|:|=)|\banswer\b[\s*_]*(?:is|:|=))[\s*_:]*(\S[^\n]{0,300})/gi;

/** What follows the last "final answer is", "Answer:" or "####", to the end of its formula, sentence or line. */
export function findStated(text: string): string | undefined {
  let last: string | undefined;
  for (const match of text.matchAll(markers)) last = match[1];
  if (last === undefined) return undefined;
  const formula = /^(?:\$\$?|\\\(|\\\[)(.+?)(?:(?<!\\)\$|\\\)|\\\])/.exec(last)?.[1];
  const sentence = last.split(/(?<!\\)[.!?]\s/, 1)[0] as string;
  const stated = (formula ?? sentence).replaceAll(/^[\s*_]+|[\s*_.]+$/g, '');
  return stated === '' ? undefined : stated;
}
