import type {
  Budget,
  JsonObject,
  Plan,
  Quantizer,
  QuantizerModule,
  ResolvedSchemes,
} from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import { expect } from 'vitest';
import type { Check } from '../check.js';
import { expectCodedError } from '../expect-coded-error.js';
import { tensorsAlive } from '../expect-tensors-freed.js';
import { tinyModel } from '../tiny/tiny-model.js';

/** Enough for the tiny model, whatever a stage wants to keep. */
export const budget: Budget = { tokens: 64, bytes: 2 ** 30 };

/** A quantizer made from options of its recipe. */
export function create(module: QuantizerModule, options: JsonObject): Quantizer {
  return module.create(structuredClone(options) as never);
}

/** Fails unless a plan is well-formed. */
function expectPlan(plan: Plan): void {
  expect(plan, 'a plan is there at once').not.toBeInstanceOf(Promise);
  for (const key of ['peakBytes', 'flops'] as const) {
    expect(Number.isFinite(plan[key]) && plan[key] >= 0, `${key} is ${plan[key]}`).toBe(true);
  }
  for (const issue of plan.issues) {
    expect(['error', 'warning', 'info']).toContain(issue.severity);
    expect(issue.code).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
    expect(issue.message).toMatch(/\S/);
  }
}

/** What every quantizer must hold to, whatever its role. */
export function commonChecks(
  module: QuantizerModule,
  optionsToTry: readonly JsonObject[],
  schemes: readonly ResolvedSchemes[],
): Check[] {
  const each = (check: (options: JsonObject) => void | Promise<void>) => async () => {
    for (const options of optionsToTry) await check(options);
  };
  return [
    {
      name: 'says what it is',
      run: each((options) => {
        const stage = create(module, options);
        expect(stage.specificationVersion).toBe('v1');
        expect(['transform', 'rounder', 'kv-codec']).toContain(stage.role);
        expect(stage.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(stage.id, 'the stage and its module have one name').toBe(module.id);
        expect(['none', 'input-statistics', 'inputs', 'inputs+float', 'gradients']).toContain(
          stage.needs.calibration,
        );
      }),
    },
    {
      name: 'completes its options and is made again from them',
      run: each((options) => {
        const stage = create(module, options);
        const written = JSON.parse(JSON.stringify(stage.options)) as JsonObject;
        expect(written, 'options are JSON').toEqual(stage.options);
        validate(module.optionsSchema, written, 'options');
        const again = create(module, written);
        expect(again.options, 'complete options stay as they are').toEqual(written);
        expect(JSON.stringify(again), 'the stage made again').toBe(JSON.stringify(stage));
      }),
    },
    {
      name: 'refuses options that it does not know',
      run: each(async (options) => {
        const wrong = { ...options, thinkbitsUnknownOption: 1 };
        await expectCodedError('an unknown option', () => create(module, wrong));
        expect(() => validate(module.optionsSchema, wrong, 'options'), 'by its schema').toThrow();
      }),
    },
    {
      name: 'plans at once, without tensors, without touching the model',
      run: each((options) => {
        for (const resolved of schemes) {
          const before = tensorsAlive();
          const stage = create(module, options);
          const plan = stage.plan(tinyModel, resolved, budget); // the model is frozen
          expectPlan(plan);
          expect(tensorsAlive(), 'tensors').toBe(before);
          expect(stage.plan(tinyModel, resolved, budget), 'the same plan again').toEqual(plan);
        }
      }),
    },
  ];
}
