/** Thrown when a judgement would take more steps than it was given. */
export class StepLimit extends Error {}

/** Thrown when a text has no reading as a mathematical answer. */
export class Unreadable extends Error {}

/**
 * Counts work instead of time, so that a judgement is bounded and still the same on every machine.
 *
 * A step is about one operation on a machine word; an operation on a long integer costs as many as it has words.
 */
export class StepBudget {
  readonly limit: number;
  #spent = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Steps spent so far; never above the limit. */
  get spent(): number {
    return this.#spent;
  }

  /** @throws StepLimit before the work is done, where it does not fit */
  spend(steps: number): void {
    // A NaN must not pass as "fits".
    if (!(this.#spent + steps <= this.limit)) throw new StepLimit(`more than ${this.limit} steps`);
    this.#spent += steps;
  }
}
