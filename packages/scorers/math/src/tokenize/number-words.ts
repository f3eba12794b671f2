const small =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** The number that English words name, below one hundred: `five`, `forty-two`. */
export function numberFromWords(text: string): number | undefined {
  const [first = '', second, ...rest] = text
    .toLowerCase()
    .trim()
    .split(/[\s-]+/);
  if (rest.length > 0) return undefined;
  if (second === undefined && small.includes(first)) return small.indexOf(first);
  const ten = tens.indexOf(first);
  if (ten < 0) return undefined;
  const units = second === undefined ? 0 : small.indexOf(second);
  const plain = second === undefined || (units > 0 && units < 10);
  return plain ? (ten + 2) * 10 + units : undefined;
}
