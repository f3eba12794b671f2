/** A marked answer: after "Answer:", in a box, in bold, or in brackets. Prose is never guessed. */
const patterns: readonly RegExp[] = [
  // \boxed{B}, \boxed{\text{(B)}}, \boxed B
  /\\(?:boxed|fbox)\s*\{?\s*(?:\\(?:text|textbf|mathrm|mathbf)\s*\{)?\s*\(?([A-Za-z])\)?\s*[.)}]/g,
  // Answer: B — The final answer is (B). — **Answer**: **B**
  /\b(?:final\s+)?answer\b[\s*_]*(?:is\b|:|=)[\s*_$(]*(?:\\(?:text|boxed)\s*\{\s*)?\(?([A-Za-z])(?![A-Za-z'])/gi,
  // a line that is nothing but the letter: **B**, (B), B.
  /^[\s*_$(]*([A-Za-z])[\s*_$).]*$/gm,
];

/** The last marked letter within the options, and where it stands. */
export function extractLetter(
  text: string,
  choices: number,
): { readonly letter: string; readonly index: number } | undefined {
  const last = String.fromCharCode(64 + choices);
  let best: { letter: string; index: number } | undefined;
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) {
      const letter = (match[1] as string).toUpperCase();
      if (letter > last) continue;
      if (!best || match.index > best.index) best = { letter, index: match.index };
    }
  }
  return best;
}
