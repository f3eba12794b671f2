import { hadamardOrder } from '@thinkbits/numerics';
import {
  allLinears,
  type Issue,
  type ModelInfo,
  type Plan,
  type ResolvedSchemes,
  ThinkbitsError,
} from '@thinkbits/spec';
import type { CompleteQuarotOptions, QuarotSite } from './options.js';
import { type Slices, slicesOf } from './slices.js';

type Report = (
  severity: Issue['severity'],
  code: string,
  subject: string,
  message: string,
  help?: string,
) => void;

/** Reports a size that has no Hadamard transform. */
function checkOrder(report: Report, subject: string, size: number): void {
  try {
    hadamardOrder(size);
  } catch (error) {
    if (!ThinkbitsError.isInstance(error)) throw error;
    report('error', error.code, subject, `${subject}: ${error.message}`, error.help);
  }
}

/** What is to be said of the slices of down_proj's input. */
function checkSlices(
  report: Report,
  { down, count, size, quantized }: Slices,
  auto: boolean,
): void {
  if (!Number.isInteger(size)) {
    report(
      'error',
      'scheme/tensor-parallel',
      down.name,
      `tensorParallel ${count} does not divide the ${down.in} inputs of ${down.name}.`,
      'Take a divisor, or 1 for one transform of the whole input.',
    );
    return;
  }
  checkOrder(report, `the input of ${down.name}`, size);
  if (auto)
    report(
      'info',
      'quarot/tensor-parallel',
      down.name,
      `tensorParallel "auto" is ${count} here, as for the activations: the input of down_proj is transformed in ${count === 1 ? `one piece of ${size}` : `slices of ${size}`}.`,
    );
  else if (count !== quantized)
    report(
      'warning',
      'quarot/tensor-parallel-differs',
      down.name,
      `The input of down_proj is transformed in ${count} slices, and quantized in ${quantized}.`,
      'Give activations the same tensorParallel, or take "auto".',
    );
}

function issuesOf(
  model: ModelInfo,
  schemes: ResolvedSchemes,
  options: CompleteQuarotOptions,
  online: readonly QuarotSite[],
): Issue[] {
  const issues: Issue[] = [];
  const report: Report = (severity, code, subject, message, help) => {
    issues.push({ severity, code, subject, message, ...(help !== undefined && { help }) });
  };
  const [first] = model.blocks;
  if (options.targets === 'model') {
    if (options.rotation === 'hadamard') checkOrder(report, 'the residual stream', model.hidden);
    if (first && online.includes('down-input'))
      checkSlices(
        report,
        slicesOf({ info: first, schemes: schemes.linears }, options),
        options.tensorParallel === 'auto',
      );
    if (model.head.tiedTo !== undefined)
      report(
        'info',
        'quarot/unties-head',
        model.head.name,
        `${model.head.name} and ${model.head.tiedTo} are rotated differently and are tied no longer: the checkpoint holds both, ${model.head.out * model.head.in} weights more.`,
      );
  } else if (!schemes.kv?.key) {
    report(
      'warning',
      'quarot/float-keys',
      'kv',
      'Queries and keys are mapped, and keys stay in float.',
      'Give bits for the cache (kv4), or leave quarot out.',
    );
  }
  checkOrder(report, 'heads', model.headDim);
  return issues;
}

/** The dry run of rotating: sizes that have a transform, and passes over all weights. */
export function planQuarot(
  model: ModelInfo,
  schemes: ResolvedSchemes,
  options: CompleteQuarotOptions,
  online: readonly QuarotSite[],
): Plan {
  const issues = issuesOf(model, schemes, options, online);
  if (options.targets === 'kv') return { issues, peakBytes: 0, flops: 0 };
  const weights = allLinears(model).map((linear) => linear.out * linear.in);
  const passes = options.rotation === 'hadamard' ? 2 * Math.log2(model.hidden) : 2 * model.hidden;
  return {
    issues,
    // a weight before and after, and as it is transposed
    peakBytes: 12 * Math.max(0, ...weights),
    flops: passes * weights.reduce((sum, count) => sum + count, 0),
  };
}
