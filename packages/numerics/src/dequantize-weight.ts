import type { QuantizedWeight } from '@thinkbits/spec';
import { floatElements } from './float-formats/float-element.js';
import { checkLength } from './grid.js';
import { groupCount, groupSize } from './group-count.js';

/**
 * Reads codes back: ŵ[r, c] = scale[r, g] · (code[r, c] - zero[r, g]) in float32, or scale · element(code) where codes
 * are floats.
 * @param out `[rows, columns]`, filled and returned; made where absent
 * @throws ThinkbitsError `numerics/length`
 */
export function dequantizeWeight(q: QuantizedWeight, out?: Float32Array): Float32Array {
  const { rows, columns, codes, scales, zeros, groupIndex } = q;
  const result = out ?? new Float32Array(rows * columns);
  checkLength('The output', result.length, rows * columns);
  checkLength('The codes', codes.length, rows * columns);
  const size = groupSize(columns, q.scheme.group);
  const groups = groupIndex ? scales.length / rows : groupCount(columns, q.scheme.group);
  checkLength('The scales', scales.length, rows * groups);
  const elements = q.scheme.float && floatElements[q.scheme.float.element].values;
  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups && !groupIndex; group++) {
      const scale = scales[row * groups + group] as number;
      const zero = zeros ? (zeros[row * groups + group] as number) : 0;
      const start = row * columns + group * size;
      const end = row * columns + Math.min((group + 1) * size, columns);
      if (elements) {
        for (let i = start; i < end; i++)
          result[i] = scale * (elements[codes[i] as number] as number);
      } else for (let i = start; i < end; i++) result[i] = scale * ((codes[i] as number) - zero);
    }
    for (let column = 0; groupIndex && column < columns; column++) {
      const parameter = row * groups + (groupIndex[column] as number);
      const zero = zeros ? (zeros[parameter] as number) : 0;
      const i = row * columns + column;
      const code = codes[i] as number;
      const level = elements ? (elements[code] as number) : code - zero;
      result[i] = (scales[parameter] as number) * level;
    }
  }
  return result;
}
