const formula = /\$([^$\n]{1,300})\$|\\\((.{1,300}?)\\\)|\\\[(.{1,300}?)\\\]/gs;
const number = /(?:(?<![\w)])-)?\d[\d,]*(?:\.\d+)?(?:\/\d+)?\s?%?/g;

/** The last formula or number of a text, whichever ends later; of an equation what is right of it. */
export function findLastValue(
  text: string,
): { readonly text: string; readonly how: 'last formula' | 'last number' } | undefined {
  const lastNumber = last(text.matchAll(number));
  const lastFormula = last(text.matchAll(formula));
  const end = (match: RegExpMatchArray | undefined) =>
    match ? (match.index as number) + match[0].length : -1;
  if (lastFormula && end(lastFormula) >= end(lastNumber)) {
    const content = lastFormula[1] ?? lastFormula[2] ?? lastFormula[3] ?? '';
    return { text: content.slice(content.lastIndexOf('=') + 1).trim(), how: 'last formula' };
  }
  if (!lastNumber) return undefined;
  return { text: lastNumber[0].replace(/[\s,]+$/, ''), how: 'last number' };
}

function last<Item>(items: Iterable<Item>): Item | undefined {
  let found: Item | undefined;
  for (const item of items) found = item;
  return found;
}
