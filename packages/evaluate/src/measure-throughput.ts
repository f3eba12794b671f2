import { type Run, startRun, ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import { median } from './statistics/mean-and-deviation.js';

/** A call that is ready to be timed: what it needs is allocated and filled. */
export interface TimedCall {
  /** Resolves when the results are there, not when they are queued. */
  run(): Promise<void>;
  dispose(): void;
}

/**
 * What is timed. Preparation (caches, random ids, context) happens before the call is returned and
 * is not counted.
 */
export interface ThroughputModel {
  /** A forward pass over `tokens` new ids in each of `batch` rows. */
  prefill(tokens: number, batch: number): Promise<TimedCall>;
  /** `steps` decoding steps of `batch` rows whose caches hold `context` entries each. */
  decode(steps: number, batch: number, context: number): Promise<TimedCall>;
}

/** Options of {@link measureThroughput}; the defaults are those of `thinkbits bench`. */
export interface ThroughputOptions {
  /** Ids per row of a prefill, 512; 0 = no prefill rows. */
  readonly prompt?: number;
  /** Decoding steps, 64; 0 = no decode rows. */
  readonly generate?: number;
  /** [1, 16, 64]. */
  readonly batches?: readonly number[];
  /** Cache entries per row before decoding starts, 0. */
  readonly context?: number;
  /** Timed rounds per row, 5, after one that is not counted. */
  readonly rounds?: number;
  /** Milliseconds from any origin; `performance.now` unless given. */
  readonly clock?: () => number;
  readonly signal?: AbortSignal;
}

/** A row of `thinkbits bench --json`. */
export interface ThroughputRow {
  readonly test: 'prefill' | 'decode';
  readonly batch: number;
  /** Of all rows of the batch together, per round. */
  readonly tokens: number;
  /** Median of the rounds. */
  readonly tokens_per_second: number;
  readonly rounds: readonly number[];
}

/**
 * Tokens per second of a model, prefill and decode at each batch size, as llama-bench measures
 * them: every round starts from a fresh preparation, one round before the timed ones warms up, the
 * median is reported and all rounds are given.
 *
 * Progress: `plan`, `advance` by round, the warm-up included.
 *
 * @throws ThinkbitsError `bench/bad-option`, `run/aborted`
 */
export function measureThroughput(
  model: ThroughputModel,
  options: ThroughputOptions = {},
): Run<ThroughputRow[]> {
  return startRun(async (emit) => {
    const { prompt = 512, generate = 64, batches = [1, 16, 64], context = 0, rounds = 5 } = options;
    const { clock = () => performance.now(), signal } = options;
    for (const [name, value, least] of [
      ['prompt', prompt, 0],
      ['generate', generate, 0],
      ['context', context, 0],
      ['rounds', rounds, 1],
      ...batches.map((batch) => ['batch', batch, 1] as const),
    ] as const) {
      if (!Number.isInteger(value) || value < least) throw badOption(name, value, least);
    }
    const tests = batches.flatMap((batch) => [
      {
        test: 'prefill' as const,
        batch,
        tokens: prompt,
        prepare: () => model.prefill(prompt, batch),
      },
      {
        test: 'decode' as const,
        batch,
        tokens: generate,
        prepare: () => model.decode(generate, batch, context),
      },
    ]);
    const asked = tests.filter(({ tokens }) => tokens > 0);
    const total = asked.length * (rounds + 1);
    emit({ type: 'plan', label: 'bench', total, unit: 'round' });
    let done = 0;
    const rows: ThroughputRow[] = [];
    for (const { test, batch, tokens: perRow, prepare } of asked) {
      const tokens = batch * perRow;
      const rates: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        throwIfAborted(signal);
        const seconds = await time(await prepare(), clock);
        if (round > 0) rates.push(tokens / seconds);
        emit({
          type: 'advance',
          done: ++done,
          total,
          unit: 'round',
          note: `${test}, batch ${batch}`,
        });
      }
      rows.push({ test, batch, tokens, tokens_per_second: median(rates), rounds: rates });
    }
    return rows;
  });
}

/** Seconds that a prepared call takes. */
async function time(call: TimedCall, clock: () => number): Promise<number> {
  try {
    const start = clock();
    await call.run();
    return (clock() - start) / 1000;
  } finally {
    call.dispose();
  }
}

function badOption(name: string, value: number, least: number): ThinkbitsError {
  return new ThinkbitsError({
    code: 'bench/bad-option',
    category: 'usage',
    message: `${name} is ${value}; it must be a whole number, ${least} or more.`,
    help: `Correct ${name}.`,
  });
}
