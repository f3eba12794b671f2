const markers =
  /(?:####|\bfinal answer\b[\s*_]*(?:is|:|=)|\banswer\b[\s*_]*(?:is|:|=))[\s*_:]*(\S[^\n]{0,300})/gi;

/** A marker right behind a marker: "Final Answer: The final answer is 5." */
const again = /^(?:so\b|the\b|my\b|final\b|[\s*_,])*answer\b[\s*_]*(?:is|:|=)[\s*_:]*(\S[^\n]*)/i;

const formula = /^(?:\$\$?|\\\(|\\\[)(.+?)(?:(?<!\\)\$\$?|\\\)|\\\])/;

/** What follows the last "final answer is", "Answer:" or "####", to the end of its formula, sentence or line. */
export function findStated(text: string): string | undefined {
  let last: string | undefined;
  for (const match of text.matchAll(markers)) last = match[1];
  if (last === undefined) return undefined;
  last = again.exec(last)?.[1] ?? last;
  const sentence = last.split(/(?<!\\)[.!?]\s/, 1)[0] as string;
  const stated = (formulasIn(last) ?? sentence).replaceAll(/^[\s*_]+|[\s*_.]+$/g, '');
  return stated === '' ? undefined : stated;
}

/** The formula that a text begins with, or several joined by commas, "and" or "or" where their sentence ends with them. */
function formulasIn(text: string): string | undefined {
  const found: string[] = [];
  let rest = text;
  for (let match = formula.exec(rest); match && found.length < 12; match = formula.exec(rest)) {
    found.push(match[1] as string);
    rest = rest.slice(match[0].length);
    const joint = /^\s*(?:,\s*)?(and|or|,)\s+(?=\$|\\\()/.exec(rest);
    if (!joint) break;
    found.push(` ${joint[1]} `);
    rest = rest.slice(joint[0].length);
  }
  const ends = /^\s*(?:[.*_]|$)/.test(rest);
  return ends && found.length > 1 ? found.join('') : found[0];
}
