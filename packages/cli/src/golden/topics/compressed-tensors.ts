import { compressedTensorsQuantize, groupCount } from '@thinkbits/numerics';
import { booleanOf, groupOf, numberOf } from '../settings.js';
import type { GoldenCheck, GoldenTopic } from '../topic.js';

const check: GoldenCheck = {
  rules: {
    codes: { how: 'exact', of: ['codes'] },
    scale_relative: { how: 'relative', of: ['scale'] },
    zero: { how: 'exact', of: ['zero'], unsaid: { how: 'exact' } },
    dequantized_relative: { how: 'relative', of: ['dequantized'] },
  },
  compute: async ({ input, settings }) => {
    const weight = await input('weight');
    const [rows, columns] = weight.shape as [number, number];
    const group = groupOf(settings, 'channel' as const);
    const { codes, scales, zeros } = compressedTensorsQuantize(
      Float32Array.from(weight.values),
      rows,
      columns,
      { bits: numberOf(settings, 'bits'), symmetric: booleanOf(settings, 'symmetric'), group },
    );
    const groups = groupCount(columns, group);
    const size = group === 'channel' ? columns : group;
    const dequantized = Float32Array.from(codes, (code, i) => {
      const g = Math.floor(i / columns) * groups + Math.floor((i % columns) / size);
      return (code - (zeros[g] as number)) * (scales[g] as number);
    });
    return { codes, scale: scales, zero: zeros, dequantized };
  },
};

/** The integer conventions of the compressed-tensors library. */
export const compressedTensors: GoldenTopic = ({ kind, bits }) =>
  kind === undefined && bits !== undefined ? check : undefined;
