import type {
  Answer,
  JsonObject,
  JsonSchema,
  JudgedAnswer,
  Scorer,
  Verdict,
} from '@thinkbits/spec';
import { expect } from 'vitest';
import { type Check, registerChecks } from '../check.js';
import { deepFreeze } from '../deep-freeze.js';

/** A judged pair: an {@link Answer}, or prediction and answer alone. */
export type ScorerExample = Answer | readonly [prediction: string, answer: string];

/** Examples with known verdicts. */
export interface ScorerExamples {
  /** Judged `equal` and correct. At least one. */
  readonly equal: readonly ScorerExample[];
  /** Judged `different`. At least one. */
  readonly different: readonly ScorerExample[];
  /** Judged `undecided`: nothing can be read, or the step budget ends. */
  readonly undecided?: readonly ScorerExample[];
}

const toAnswer = (example: ScorerExample): Answer =>
  'prediction' in example ? example : { prediction: example[0], answer: example[1] };

/** Set by a prediction when a scorer evaluates it. */
const trap = 'thinkbitsConformanceTrap';

/** Predictions that no scorer may stumble over, slow down on or evaluate. */
const hostile: readonly string[] = [
  '',
  ' \n\t ',
  '\\boxed{',
  '\\boxed{}}',
  '\\boxed{\\boxed{}',
  '}{'.repeat(1000),
  '\\boxed{'.repeat(2000),
  `\\boxed{${'('.repeat(2000)}1${')'.repeat(2000)}}`,
  '\\frac{'.repeat(500),
  `\\boxed{${'9'.repeat(5000)}}`,
  '\\boxed{9^{9^{9^{9^{9}}}}}',
  `\\boxed{${'\\sqrt{'.repeat(300)}2${'}'.repeat(300)}}`,
  'a'.repeat(200_000),
  `${'the answer is '.repeat(5000)}`,
  '\u0000\uFFFF\uD800 ∞ ½ −1 ４２ 🤖',
  '__proto__ constructor toString',
  `globalThis.${trap} = true`,
  `\\boxed{globalThis.${trap} = true}`,
  `\${globalThis.${trap} = true}`,
  `answer: (() => { globalThis.${trap} = true })()`,
];

/** Options that a schema admits: the first that has a fixed set of values, with the last of them; undefined where none has. */
function someOptions({ optionsSchema }: Scorer): JsonObject | undefined {
  const properties = (optionsSchema?.properties ?? {}) as { readonly [name: string]: JsonSchema };
  for (const [name, { enum: values, type }] of Object.entries(properties)) {
    if (Array.isArray(values)) return { [name]: values.at(-1) };
    if (type === 'boolean') return { [name]: true };
  }
  return undefined;
}

/** Fails unless a verdict is well-formed. */
function expectVerdict(verdict: Verdict): void {
  expect(['equal', 'different', 'undecided']).toContain(verdict.outcome);
  expect(verdict.correct, '`correct` says the same as `outcome`').toBe(verdict.outcome === 'equal');
  expect(verdict.reason, 'a reason a person can read').toMatch(/\S/);
  expect(
    verdict.extracted === null || typeof verdict.extracted === 'string',
    '`extracted` is a text or null',
  ).toBe(true);
  if (verdict.correct) expect(verdict.extracted, 'what was judged equal was read').not.toBeNull();
}

/** What {@link describeScorer} tests, as data. */
export function scorerChecks(scorer: Scorer, examples: ScorerExamples): Check[] {
  const { equal, different, undecided = [] } = examples;
  const all = [...equal, ...different, ...undecided].map(toAnswer);
  const judges = (outcome: Verdict['outcome'], list: readonly ScorerExample[]): Check => ({
    name: `judges the ${outcome} examples ${outcome}`,
    async run() {
      for (const answer of list.map(toAnswer)) {
        const verdict = await scorer.score(answer);
        expectVerdict(verdict);
        const said = `${JSON.stringify(answer)} → ${JSON.stringify(verdict)}`;
        expect(verdict.outcome, said).toBe(outcome);
      }
    },
  });
  return [
    {
      name: 'says what it is',
      run() {
        expect(scorer.specificationVersion).toBe('v1');
        expect(scorer.kind).toBe('scorer');
        expect(scorer.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(scorer.version ?? '0', 'the version of its package').toMatch(/^\d/);
      },
    },
    {
      name: 'is tried on both kinds of examples',
      run() {
        expect(equal.length, 'equal examples').toBeGreaterThan(0);
        expect(different.length, 'different examples').toBeGreaterThan(0);
      },
    },
    judges('equal', equal),
    judges('different', different),
    ...(undecided.length > 0 ? [judges('undecided', undecided)] : []),
    ...(scorer.checkGold
      ? [
          {
            name: 'reads what the examples expect, and no empty text',
            run() {
              for (const { prediction: _, ...expected } of all) scorer.checkGold?.(expected);
              const code = `scorer-${scorer.id}/bad-gold`;
              expect(() => scorer.checkGold?.({ answer: ' ' }), 'an empty expected answer').toThrow(
                expect.objectContaining({ code }),
              );
            },
          },
        ]
      : []),
    ...(scorer.withOptions
      ? [
          {
            name: 'takes options by its schema and refuses others',
            run() {
              expect(scorer.optionsSchema, 'optionsSchema').toMatchObject({ type: 'object' });
              const { id, version, withOptions } = scorer;
              expect(withOptions?.({}), 'with no options').toMatchObject({ id });
              expect(withOptions?.({}).options, 'with no options').toBeUndefined();
              const options = someOptions(scorer);
              if (options) {
                const told = withOptions?.(options);
                expect(told?.options, 'the options that it was given').toEqual(options);
                expect([told?.id, told?.version]).toEqual([id, version]);
              }
              const code = `scorer-${scorer.id}/options`;
              expect(() => scorer.withOptions?.({ 'no such option': 1 })).toThrow(
                expect.objectContaining({ code }),
              );
            },
          },
        ]
      : []),
    ...(scorer.aggregate
      ? [
          {
            name: 'sums up answers in whatever order they come',
            async run() {
              const judged: JudgedAnswer[] = [];
              for (const answer of all) {
                const { correct, details } = await scorer.score(answer);
                judged.push({ correct, ...(details && { details }), groups: {} });
              }
              const figures = scorer.aggregate?.(judged) ?? {};
              expect(Object.keys(figures).length, 'figures').toBeGreaterThan(0);
              for (const [name, value] of Object.entries(figures)) {
                expect(value === null || Number.isFinite(value), name).toBe(true);
              }
              expect(scorer.aggregate?.(judged.toReversed())).toEqual(figures);
              expect(() => scorer.aggregate?.([]), 'no answers').not.toThrow();
            },
          },
        ]
      : []),
    {
      name: 'judges the same whatever was judged before',
      async run() {
        const judge = (answers: readonly Answer[]) =>
          Promise.all(answers.map((answer) => scorer.score(answer)));
        const forwards = await judge(all);
        const backwards = await judge(all.toReversed());
        expect(backwards.toReversed(), 'in the other order').toEqual(forwards);
        const repeated = await Promise.all(all.map((answer) => judge([answer, answer])));
        expect(repeated, 'twice in a row').toEqual(forwards.map((verdict) => [verdict, verdict]));
      },
    },
    {
      name: 'does not change what it is given',
      async run() {
        for (const answer of all) await scorer.score(deepFreeze({ ...answer }));
      },
    },
    {
      name: 'never takes an empty answer for a right one',
      async run() {
        for (const answer of all) {
          for (const prediction of ['', ' \n']) {
            const verdict = await scorer.score({ ...answer, prediction });
            expectVerdict(verdict);
            expect(verdict.correct, `nothing against ${JSON.stringify(answer.answer)}`).toBe(false);
            expect(verdict.extracted).toBeNull();
          }
        }
      },
    },
    {
      name: 'survives hostile predictions and evaluates none',
      async run() {
        const globals = globalThis as { [name: string]: unknown };
        delete globals[trap];
        const [reference] = all as [Answer];
        try {
          for (const prediction of hostile) {
            const verdict = await scorer.score({ ...reference, prediction });
            expectVerdict(verdict);
            expect(await scorer.score({ ...reference, prediction })).toEqual(verdict);
          }
          expect(globals[trap], 'a prediction was evaluated').toBeUndefined();
        } finally {
          delete globals[trap];
        }
      },
    },
  ];
}

/**
 * Registers tests that every scorer must pass: it judges the given examples as said, always the same way, changes nothing,
 * takes no empty answer for a right one, and neither stumbles over nor evaluates hostile predictions.
 */
export function describeScorer(scorer: Scorer, examples: ScorerExamples): void {
  registerChecks(`scorer ${scorer.id} conforms`, scorerChecks(scorer, examples));
}
