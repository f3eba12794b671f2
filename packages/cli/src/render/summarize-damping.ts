import type { Json, LayerReport, Quantizer } from '@thinkbits/spec';

/** How many linears took more damping of their Hessian than their rounder was asked for; undefined where none did. */
export function summarizeDamping(
  reports: readonly Pick<LayerReport, 'name' | 'damping'>[],
  pipeline: readonly Pick<Quantizer, 'role' | 'options'>[],
): string | undefined {
  const options = pipeline.find(({ role }) => role === 'rounder')?.options;
  const asked = (options as { damping?: Json } | undefined)?.damping;
  if (typeof asked !== 'number') return undefined;
  const more = reports.filter(({ damping = 0 }) => damping > asked);
  const [first] = more;
  if (!first) return undefined;
  const { name, damping = 0 } = more.reduce(
    (worst, report) => ((report.damping ?? 0) > (worst.damping ?? 0) ? report : worst),
    first,
  );
  const most = Number(damping.toPrecision(3));
  return `${more.length} of ${reports.length} linears took more than the ${asked} asked for, at most ${most} (${name})`;
}
