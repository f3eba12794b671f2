import { ThinkbitsError } from '@thinkbits/spec';

/** A choice between words that an option or an environment variable makes. */
export interface WordChoice<Word extends string> {
  readonly words: readonly Word[];
  /** What another word is not, for the message. */
  readonly what: string;
  /** What the error's details call the words. */
  readonly detail: string;
  /** The environment variable that decides where no option does. */
  readonly variable: string;
  /** Of the error for another word. */
  readonly code: string;
}

/**
 * The word that was asked for, else the environment's; undefined where neither says one.
 * @throws ThinkbitsError the choice's code (usage) for another word
 */
export function chooseWord<Word extends string>(
  { words, what, detail, variable, code }: WordChoice<Word>,
  asked: Word | undefined,
  environment: NodeJS.ProcessEnv,
): Word | undefined {
  const wanted = asked ?? (environment[variable] || undefined);
  if (wanted === undefined || (words as readonly string[]).includes(wanted))
    return wanted as Word | undefined;
  throw new ThinkbitsError({
    code,
    category: 'usage',
    message: `"${wanted}" is not a ${what}.`,
    help: `Set ${variable} to ${words.join(' or ')}, or unset it.`,
    details: { wanted, [detail]: [...words] },
  });
}
