import type { Fraction } from '../algebra/fraction.js';
import { rational } from '../algebra/rational.js';
import { type StepBudget, Unreadable } from '../step-budget.js';
import type { Reading, Token } from '../tokenize/token.js';
import type { Notes } from './value.js';

/** Deepest nesting of brackets and arguments that is read. */
const deepest = 60;

/** A position in the tokens of an answer, and what was noticed on the way. */
export class Reader {
  readonly budget: StepBudget;
  readonly reading: Reading;
  readonly tokens: Token[];
  position = 0;
  /** How the current quantity is written. */
  notes: Notes = {};
  /** What `±` stands for, and whether one was met. */
  plusMinus: 1 | -1 = 1;
  metPlusMinus = false;
  /** Letters that stand for a value: the k of a sum over k. */
  bound: ReadonlyMap<string, Fraction> = new Map();
  #depth = 0;

  constructor(budget: StepBudget, tokens: Token[], reading: Reading) {
    this.budget = budget;
    this.tokens = tokens;
    this.reading = reading;
  }

  get token(): Token | undefined {
    return this.tokens[this.position];
  }

  /** Whether the token `ahead` of the current one is this symbol or command. */
  is(kind: Token['kind'], text: string, ahead = 0): boolean {
    const token = this.tokens[this.position + ahead];
    return token?.kind === kind && token.text === text;
  }

  /** Whether the current token is one of these symbols. */
  isSymbol(...texts: readonly string[]): boolean {
    return this.token?.kind === 'symbol' && texts.includes(this.token.text);
  }

  /** Moves on when the current token is this one. */
  take(kind: Token['kind'], text: string): boolean {
    if (!this.is(kind, text)) return false;
    this.position++;
    return true;
  }

  takeSymbol(text: string): boolean {
    return this.take('symbol', text);
  }

  /** @throws Unreadable unless the current token is this symbol */
  expect(text: string): void {
    if (!this.takeSymbol(text)) throw new Unreadable(`"${text}" is missing`);
  }

  /** Runs a nested parse. */
  nested<Result>(parse: () => Result): Result {
    this.budget.spend(1);
    if (++this.#depth > deepest) throw new Unreadable(`nested more than ${deepest} deep`);
    const result = parse();
    this.#depth--;
    return result;
  }

  /** `\frac12` is 1/2: parts the first digit of the current number from the rest. */
  splitDigits(): void {
    const { token } = this;
    if (token?.kind !== 'number' || !/^\d{2,}$/.test(token.text)) return;
    const part = (text: string): Token => ({
      kind: 'number',
      text,
      value: rational(BigInt(text)),
      integer: true,
    });
    this.tokens.splice(this.position, 1, part(token.text.slice(0, 1)), part(token.text.slice(1)));
  }

  /** Moves past one token or one braced group and gives its text: a subscript, what an accent stands on. */
  takeText(): string {
    let [text, depth] = ['', 0];
    do {
      const { token } = this;
      if (token === undefined) throw new Unreadable('the end where a name should stand');
      if (token.text === '{') depth++;
      else if (token.text === '}') depth--;
      else text += token.text;
      this.position++;
    } while (depth > 0);
    return text;
  }
}
