import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import type { Checkpoint } from '@thinkbits/checkpoint';
import {
  type LayerReport,
  type LinearInfo,
  type LinearScheme,
  type ModelInfo,
  type Progress,
  type QuantizedWeight,
  type RandomSource,
  type RoundedLinear,
  type Rounder,
  type RoundingTarget,
  ThinkbitsError,
  throwIfAborted,
} from '@thinkbits/spec';
import type { CalibrationWalk } from '../calibration/calibration-walk.js';
import type { LayerFailurePolicy } from '../quantize-options.js';
import { checkRounded } from './check-rounded.js';
import { readWeight } from './read-weight.js';

/** What stays the same from layer to layer. */
export interface RoundingWork {
  readonly model: ModelInfo;
  readonly checkpoint: Checkpoint;
  readonly schemes: ReadonlyMap<string, LinearScheme>;
  /** Absent when no weight is rounded. */
  readonly rounder: Rounder | undefined;
  /** Of the recipe; forked here by the group's first name. */
  readonly random: RandomSource;
  /** Present when the pipeline has transforms or has to see calibration text; `checkpoint` is then the walk's. */
  readonly walk: CalibrationWalk | undefined;
  readonly onLayerFailure: LayerFailurePolicy;
  readonly signal: AbortSignal | undefined;
  emit(event: Progress): void;
}

/** A rounded linear with its report. */
export interface FinishedLinear {
  readonly name: string;
  readonly weight: QuantizedWeight;
  readonly report: LayerReport;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** The error of a stage, with the linears it failed on; a coded one keeps its code. */
function failedOn(
  rounder: Rounder,
  targets: readonly RoundingTarget[],
  cause: unknown,
): ThinkbitsError {
  const names = targets.map(({ linear }) => linear.name);
  const coded = ThinkbitsError.isInstance(cause) ? cause : undefined;
  return new ThinkbitsError({
    code: coded?.code ?? 'quantize/layer-failed',
    category: coded?.category ?? 'input',
    message: `${rounder.id} failed on ${names.join(', ')}: ${messageOf(cause)}`,
    help:
      coded?.help ??
      'Skip these linears by a rule, or give onLayerFailure a rounder to fall back to.',
    details: { linears: names, stage: rounder.id },
    cause,
  });
}

/** One session over the linears that share an input. */
async function runSession(
  rounder: Rounder,
  targets: readonly RoundingTarget[],
  weights: readonly Tensor2D[],
  stream: string,
  work: RoundingWork,
): Promise<readonly RoundedLinear[]> {
  const session = rounder.open(targets, {
    model: work.model,
    random: work.random.fork(stream),
    ...(work.signal && { signal: work.signal }),
    emit: work.emit,
  });
  try {
    if (rounder.needs.calibration !== 'none') await work.walk?.observe(session);
    const rounded = await session.finish(weights);
    checkRounded(rounder.id, targets, rounded);
    return rounded;
  } finally {
    session.dispose();
  }
}

/**
 * Rounds those linears of a group whose scheme has weight bits; their float weights are in memory together,
 * and only here.
 *
 * A stage that fails throws, or hands the group to the fallback, whose reports say why; aborting is no
 * failure.
 * @throws ThinkbitsError `quantize/layer-failed` or the stage's own code, `run/aborted`, and what {@link
 *   readWeight} throws
 */
export async function roundGroup(
  linears: readonly LinearInfo[],
  work: RoundingWork,
): Promise<FinishedLinear[]> {
  const { rounder, onLayerFailure } = work;
  const targets = linears.flatMap((linear): RoundingTarget[] => {
    const scheme = work.schemes.get(linear.name)?.weight;
    const hints = work.walk?.hints(linear.name);
    return scheme ? [{ linear, scheme, ...(hints && { hints }) }] : [];
  });
  if (!rounder || targets.length === 0) return [];
  // Named after the group, not after what of it is rounded nor in which order: a rule that skips a linear leaves the
  // others' draws alone.
  const [stream] = linears.map(({ name }) => name).sort() as [string];
  const weights: Tensor2D[] = [];
  try {
    for (const { linear } of targets) {
      throwIfAborted(work.signal);
      weights.push(
        tensor2d(await readWeight(work.checkpoint, linear), [linear.out, linear.in], 'float32'),
      );
    }
    let method = rounder.id;
    let fallback: LayerReport['fallback'];
    const rounded = await runSession(rounder, targets, weights, stream, work).catch(
      (error: unknown) => {
        throwIfAborted(work.signal);
        if (onLayerFailure === 'throw') throw failedOn(rounder, targets, error);
        method = onLayerFailure.fallback.id;
        fallback = { to: method, reason: messageOf(error) };
        return runSession(onLayerFailure.fallback, targets, weights, stream, work).catch(
          (second: unknown) => {
            throw failedOn(onLayerFailure.fallback, targets, second);
          },
        );
      },
    );
    const finished: FinishedLinear[] = [];
    for (const [index, { linear, scheme }] of targets.entries()) {
      const { weight, report } = rounded[index] as RoundedLinear;
      const relativeOutputError =
        report.relativeOutputError ??
        (await work.walk?.outputError(weights[index] as Tensor2D, weight));
      finished.push({
        name: linear.name,
        weight,
        report: {
          name: linear.name,
          method,
          bits: scheme.bits,
          ...report,
          ...(relativeOutputError !== undefined && { relativeOutputError }),
          ...(fallback && { fallback }),
        },
      });
    }
    return finished;
  } finally {
    for (const weight of weights) weight.dispose();
  }
}
