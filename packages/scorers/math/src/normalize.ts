const units =
  'cm|mm|km|m|meters?|metres?|inch(?:es)?|in|feet|foot|ft|yards?|miles?|mph|km/h|kg|grams?|g|pounds?|lbs?|ounces?|oz|liters?|litres?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|degrees?|dollars?|cents?|euros?|units?|square|sq|cubic|people|points?|percent';
const trailingUnit = new RegExp(
  `(?<=[\\d})])\\s*(?:(?:${units})\\b(?:\\s*\\^\\s*\\{?\\d\\}?)?\\s*)+\\.?$`,
  'i',
);

/** Longest text that is normalized; the rest is hostile or no answer. */
export const longestAnswer = 4096;

/** Replaces every `\name{…}` by its content, innermost first. */
function unwrap(text: string, name: string): string {
  const pattern = new RegExp(`\\\\(?:${name})\\s*\\{([^{}]*)\\}`, 'g');
  let current = text;
  for (let i = 0; i < 8; i++) {
    const next = current.replace(pattern, ' $1 ');
    if (next === current) break;
    current = next;
  }
  return current;
}

/** One spelling for what LaTeX, prose and calculators write differently; the value stays what it was. */
export function normalize(answer: string): string {
  let text = answer.slice(0, longestAnswer).trim();
  text = text.replace(/^\$+|\$+$/g, '').replace(/^\\[([]|\\[)\]]$/g, '');
  text = text.replaceAll('−', '-').replaceAll('\\$', '').replaceAll(/[$£€]/g, '');
  text = text.replaceAll(
    /\\(?:left|right|displaystyle|,|;|!|:|quad|qquad)(?![A-Za-z])|\\ |~/g,
    (match) => (/[,!]/.test(match) ? '' : ' '),
  );
  text = text.replaceAll(/\\(?:d|t|c)frac/g, '\\frac').replaceAll(/(\d)\{,\}(?=\d{3})/g, '$1');
  text = text.replaceAll(/\^\s*\{?\s*\\circ\s*\}?|°/g, '').replaceAll(/\\%|%/g, '%');
  text = unwrap(text, 'text|textbf|textit|mathrm|mathbf|mbox|operatorname');
  text = text
    .replaceAll(/\\(?:cdot|times)/g, '*')
    .replaceAll('\\pi', 'π')
    .replaceAll('\\infty', '∞');
  text = text
    .replaceAll(/\\(?:le|leq)(?![A-Za-z])/g, '<=')
    .replaceAll(/\\(?:ge|geq)(?![A-Za-z])/g, '>=');
  text = text.replaceAll(/(\d),(?=\d{3}(?!\d))/g, '$1').replaceAll(/(\d) (?=\d{3}(?!\d))/g, '$1');
  text = text.replace(/^\s*(?:\\approx|≈)/, '').replace(/\.\s*$/, '');
  // "x = 5" and "5" are the same answer; an equation of more than a name is not.
  text = text.replace(/^\s*[A-Za-z](?:\([A-Za-z]\))?\s*=\s*(?=[^=]+$)/, '');
  text = text.replace(trailingUnit, '');
  return text.replaceAll(/\s+/g, ' ').trim();
}
