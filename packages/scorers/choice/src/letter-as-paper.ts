/** A pattern in which upper and lower case of its letters are the same; the letters of options are upper case alone. */
const anyCase = (words: string): string =>
  words.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);

/**
 * The patterns of lighteval's "extractive match" for letters, by falling priority (evaluation.md §1.6): "final answer is X. I
 * hope"; "final answer … is X"; "answer: … X"; "answer … X"; the beginning of the text; of a line; a letter between spaces and
 * punctuation; any letter of the options.
 */
function patternsFor(choices: number): readonly RegExp[] {
  const letters = `[A-${String.fromCharCode(64 + choices)}]`;
  const letter = `(?:\\(${letters}\\)|${letters})`;
  const end = '(?:\\*\\*)?(?:[.,: ]|(?=\\n?$))';
  const delimited = `(?:(?<![\\s\\S])| )(?:\\*\\*)?(${letter})${end}`;
  const answer = anyCase('answer');
  return [
    `${anyCase('final answer is')}:?\\s*(${letter})\\.?\\s?I hope`,
    `${anyCase('final answer')}.{0,100}?\\s+is:?\\s*(${letter})`,
    `${answer}:.{0,50}?${delimited}`,
    `${answer}.{0,50}?${delimited}`,
    `(?<![\\s\\S])(?:\\*\\*)?(${letter})${end}`,
    `\\n(?:\\*\\*)?(${letter})${end}`,
    delimited,
    `(${letter})`,
  ].map((pattern) => new RegExp(pattern, 'g'));
}

/**
 * The letter that the study's own grader reads: of the first pattern that is found the match that ends last. It takes any
 * capital of the options for a choice where nothing else is found, an article and a variable among them.
 */
export function letterAsPaper(generation: string, choices: number): string | undefined {
  for (const pattern of patternsFor(choices)) {
    let last: string | undefined;
    for (const match of generation.matchAll(pattern)) last = match[1];
    if (last !== undefined) return last.replaceAll(/[()]/g, '');
  }
  return undefined;
}
