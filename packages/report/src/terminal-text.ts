/** What would move the cursor, colour or reorder what follows: C0, C1, and bidirectional controls. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
const unsafe = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
// biome-ignore lint/suspicious/noMisleadingCharacterClass: each member is meant by itself
const zeroWidth = /^[\p{Mark}\u200b-\u200d\ufe0f]+$/u;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Text on one line that cannot act on the terminal it is printed to. */
export function plainText(text: string): string {
  return text.replace(unsafe, ' ');
}

/** Columns that a text takes on a terminal: wide characters count two, combining marks none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (!zeroWidth.test(segment)) width += wide.test(segment) ? 2 : 1;
  }
  return width;
}

/** Pads with spaces to `width` columns; a longer text is cut and ends in `…`. */
export function fitWidth(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  let fitted = text;
  if (displayWidth(text) > width) {
    fitted = '';
    for (const { segment } of graphemes.segment(text)) {
      if (displayWidth(fitted + segment) > width - 1) break;
      fitted += segment;
    }
    fitted += '…';
  }
  const padding = ' '.repeat(Math.max(0, width - displayWidth(fitted)));
  return align === 'left' ? fitted + padding : padding + fitted;
}
