const escapes: { readonly [character: string]: string } = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** What Python calls not printable is escaped by its number. */
function escapeUnprintable(character: string): string {
  const code = character.codePointAt(0) as number;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

function reprText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const content = text.replaceAll(/[\\\n\r\t']|(?! )[\p{C}\p{Z}]/gu, (character) => {
    if (character === "'") return quote === "'" ? "\\'" : "'";
    return escapes[character] ?? escapeUnprintable(character);
  });
  return `${quote}${content}${quote}`;
}

/** A list of texts as Python prints it, `['Step 1: …', "Step 2: it's …"]`: prompts of Python programs hold such lists. */
export function pythonRepr(texts: readonly string[]): string {
  return `[${texts.map(reprText).join(', ')}]`;
}
