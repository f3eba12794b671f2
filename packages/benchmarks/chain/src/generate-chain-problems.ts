import { createHash } from 'node:crypto';
import { createRandom } from '@thinkbits/numerics';
import { type RandomSource, ThinkbitsError } from '@thinkbits/spec';
import type { ChainRow } from './benchmark.js';
import { links, objects, openings, people, questions, sentences } from './wording.js';

/** Options of {@link generateChainProblems}. */
export interface ChainOptions {
  readonly seed: number;
  readonly count: number;
  /** Numbers of steps, taken in turn; 2 to 12 where absent. */
  readonly steps?: readonly number[];
  /** Share of multiple-choice problems, 0.15 where absent. */
  readonly choiceShare?: number;
  /** Ids of problems that must not come out, for example those of the test set. */
  readonly avoid?: Iterable<string>;
}

const limit = 999;
const letters = 'ABCD';
const pick = <T>(random: RandomSource, list: readonly T[]): T =>
  list[random.integer(list.length)] as T;
const between = (random: RandomSource, low: number, high: number): number =>
  low + random.integer(high - low + 1);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
/** From the question without its options: two problems are the same when these are, whatever the seed. */
export function chainProblemId(question: string): string {
  const stem = question.split('\n')[0] as string;
  return `chain-${createHash('sha256').update(stem).digest('hex').slice(0, 12)}`;
}

function fill(template: string, words: { readonly [key: string]: string | number }): string {
  return template.replaceAll(/\{(\w)\}/g, (_, key: string) => String(words[key]));
}

function operand(random: RandomSource): number {
  const size = random.next();
  if (size < 0.15) return between(random, 2, 9);
  return size < 0.85 ? between(random, 10, 99) : between(random, 100, 400);
}

interface Step {
  readonly sentence: string;
  readonly operand: number;
  readonly after: number;
}

/** An operation that keeps the total a whole number from 1 to 999. */
function chooseStep(random: RandomSource, value: number): Step {
  for (;;) {
    const kind = random.next();
    const step = (operation: string, k: number, after: number): Step => ({
      sentence: pick(random, sentences[operation] as readonly string[]),
      operand: k,
      after,
    });
    if (kind < 0.32) {
      const k = operand(random);
      if (value + k <= limit) return step('add', k, value + k);
    } else if (kind < 0.64) {
      const k = operand(random);
      if (k < value) return step('subtract', k, value - k);
    } else if (kind < 0.8) {
      const k = between(random, 2, 9);
      const word = k === 2 ? 'double' : k === 3 && random.next() < 0.5 ? 'triple' : 'multiply';
      if (value > 3 && value * k <= limit) return step(word, k, value * k);
    } else if (kind < 0.88) {
      if (value % 2 === 0 && value > 9) return step('halve', 2, value / 2);
    } else {
      const divisors = [3, 4, 5, 6, 7, 8, 9].filter((k) => value % k === 0 && value / k > 1);
      if (divisors.length > 0) {
        const k = pick(random, divisors);
        return step('share', k, value / k);
      }
    }
  }
}

function makeChoices(random: RandomSource, value: number): string[] {
  const options = new Set([value]);
  while (options.size < 4) {
    const near =
      value + pick(random, [-100, -20, -10, -9, -5, -3, -2, -1, 1, 2, 3, 5, 9, 10, 20, 100]);
    if (near >= 0 && near <= limit) options.add(near);
  }
  const shuffled = [...options];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j] as number, shuffled[i] as number];
  }
  return shuffled.map(String);
}

function makeProblem(
  random: RandomSource,
  steps: number,
  choiceShare: number,
): Omit<ChainRow, 'id'> {
  const [name, pronoun] = pick(random, people);
  const [friend] = pick(
    random,
    people.filter(([other]) => other !== name),
  );
  const words = { N: name, F: friend, o: pick(random, objects) };
  let value = random.next() < 0.8 ? between(random, 10, 99) : between(random, 100, 400);
  const told = [fill(pick(random, openings), { ...words, k: value })];
  let compared = false;
  for (let index = 0; index < steps; index++) {
    if (index === steps - 1 && random.next() < 0.2) {
      const k = value < 150 ? between(random, 2, 99) : between(random, 10, value - 1);
      if (k < value) {
        told.push(fill(pick(random, sentences.compare as readonly string[]), { ...words, k }));
        value -= k;
        compared = true;
        continue;
      }
    }
    const step = chooseStep(random, value);
    const subject = random.next() < 0.3 ? name : pronoun;
    let text = fill(step.sentence, { ...words, P: subject, k: step.operand });
    if (random.next() < 0.35) {
      const first = (text.split(' ')[0] as string).replace(/[.,]$/, '');
      const keepsCapital = first === name || first === friend;
      text = `${pick(random, links)} ${keepsCapital ? text : text.charAt(0).toLowerCase() + text.slice(1)}`;
    }
    told.push(capital(text));
    value = step.after;
  }
  if (!compared) told.push(fill(pick(random, questions), words));
  const question = told.join(' ');
  if (random.next() >= choiceShare) return { question, answer: String(value), steps, kind: 'open' };
  const choices = makeChoices(random, value);
  const options = choices.map((choice, i) => `${letters[i]}. ${choice}`).join('\n');
  const answer = letters[choices.indexOf(String(value))] as string;
  return { question: `${question}\n${options}`, answer, steps, kind: 'choice', choices };
}

/**
 * Fresh problems by seed and difficulty, in the wording of the test set. Problem i of a seed does not depend on `count`.
 * @throws ThinkbitsError `chain/bad-options`
 */
export function generateChainProblems(options: ChainOptions): ChainRow[] {
  const { seed, count, steps = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], choiceShare = 0.15 } = options;
  const whole = (value: number, least: number) => Number.isInteger(value) && value >= least;
  if (
    !whole(count, 1) ||
    steps.length === 0 ||
    !steps.every((n) => whole(n, 1)) ||
    !(choiceShare >= 0 && choiceShare <= 1)
  ) {
    throw new ThinkbitsError({
      code: 'chain/bad-options',
      category: 'usage',
      message: `Chain problems were asked for with ${JSON.stringify({ count, steps, choiceShare })}.`,
      help: 'Give a count of at least 1, steps of at least 1 each, and a choiceShare from 0 to 1.',
    });
  }
  const seen = new Set(options.avoid ?? []);
  const rows: ChainRow[] = [];
  for (let attempt = 0; rows.length < count; attempt++) {
    const random = createRandom(seed).fork(`chain ${rows.length} ${attempt}`);
    const problem = makeProblem(random, steps[rows.length % steps.length] as number, choiceShare);
    const id = chainProblemId(problem.question);
    if (seen.has(id)) continue;
    seen.add(id);
    rows.push({ id, ...problem });
  }
  return rows;
}
