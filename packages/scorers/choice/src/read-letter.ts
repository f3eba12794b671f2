/** Brackets, emphasis, quotes and typesetting that may stand before a letter. */
const opening =
  /^(?:[\s*_$"'“‘([{]|\\[([]|\\(?:text|textbf|textit|mathrm|mathbf|boxed|fbox)\s*(?=\{)|(?:option|choice|letter)\s)*/i;

/** Words behind a capital that may be an article: "A because 7 is prime" is an answer, "A prime number" is not. */
const giving = /^\s+(?:because|since|as|is|for|with|which)\b/i;

/**
 * The letter that stands first in `text`, upper case, when it is meant as an answer: not the beginning of a word, not an
 * article, not one of several letters.
 */
export function readLetter(text: string): string | undefined {
  const rest = text.slice(0, 200).replace(opening, '');
  const [letter = '', next = ''] = rest;
  if (!/[A-Za-z]/.test(letter) || /[\p{L}\d'’^=+-]/u.test(next)) return undefined;
  const behind = rest.slice(1);
  // "A or B", "A, C": no choice was made.
  if (/^[\s*_$)\]}.]*(?:,|\bor\b|\band\b|&|\/)\s*[*_$([{]*[A-Z]\b(?!')/.test(behind))
    return undefined;
  const ends = /^\s*(?:$|\n|[.,;:!?)\]}*_$"'”’\\–—-])/.test(behind);
  const article = letter === 'A' || letter === 'I';
  if (!ends && (letter !== letter.toUpperCase() || (article && !giving.test(behind))))
    return undefined;
  return letter.toUpperCase();
}
