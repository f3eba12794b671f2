/** What a grader says of a solution, read from its three labelled parts. */
export interface Grading {
  /** Undefined where it says neither. */
  readonly correctness: 'correct' | 'incorrect' | undefined;
  /** The part as it stands, trimmed: "Step 2", "N/A", a line of code. */
  readonly step: string;
  readonly reason: string;
}

/** A label, in bold or not, with a colon or without, as the script of MR-Ben splits. */
const label = (name: string): RegExp => new RegExp(`\\*{0,2}${name}:?\\*{0,2}:?`);
const labels = [
  label('Solution Correctness'),
  label('First Error (?:Step|Line)'),
  label('Error Reason'),
] as const;

/** What stands before the first label, and between it and its next occurrence: of several answers the first counts. */
function splitAt(text: string, pattern: RegExp): readonly [string, string] | undefined {
  const [before, after] = text.split(new RegExp(pattern, 'g'));
  return before === undefined || after === undefined ? undefined : [before, after];
}

/** Letters alone, lower case, must be one of the two words: "**Incorrect**." is, "incorrect, since …" is not. */
function readCorrectness(part: string): Grading['correctness'] {
  const letters = part.toLowerCase().replaceAll(/\P{L}/gu, '');
  return letters === 'correct' || letters === 'incorrect' ? letters : undefined;
}

/**
 * Reads the labelled parts of MR-Ben's response format in their order (its script, parse_model_response): a part counts where the
 * label behind it is there.
 */
export function readGrading(text: string): Grading {
  const [, behindCorrectness] = splitAt(text, labels[0]) ?? [];
  const [correctness, behindStep] = splitAt(behindCorrectness ?? '', labels[1]) ?? [];
  const [step, reason] = splitAt(behindStep ?? '', labels[2]) ?? [];
  return {
    correctness: readCorrectness(correctness ?? ''),
    step: (step ?? '').trim(),
    reason: (reason ?? '').trim(),
  };
}

/**
 * The number of a step: a bare number, or "Step k" with k below 30 when all but letters, digits and blanks is taken
 * out; undefined for anything else.
 */
export function readStep(part: string): string | undefined {
  const text = part.trim();
  if (/^\d+$/.test(text)) return text;
  const plain = text.toLowerCase().replaceAll(/[^\p{L}\p{N} ]/gu, '');
  return /^step (\d|[12]\d)$/.exec(plain)?.[1];
}
