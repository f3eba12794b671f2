import { bfloat16ToFloat32, float32ToBfloat16 } from '@thinkbits/numerics';
import type { Binding, BindingAttribute, BindingTensor } from '../raw/binding.js';
import { dataType } from '../raw/data-type.js';
import { productOfRows } from './product-of-rows.js';

/** One call of an operation, as a contract test pins it. */
export interface RecordedCall {
  readonly operation: string;
  readonly attributes: { readonly [name: string]: BindingAttribute['value'] };
  readonly inputs: readonly { readonly shape: readonly number[]; readonly dtype: number }[];
}

interface Stored {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: readonly number[];
  /** What a variable holds by now. */
  variable?: Stored;
}

type Operation = (
  inputs: readonly Stored[],
  attributes: RecordedCall['attributes'],
) =>
  | {
      readonly shape: readonly number[];
      readonly values: readonly number[];
      readonly dtype?: number;
    }
  // Nothing, from operations that are run for what they do to a variable.
  | undefined;

const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
const kindNumbers = {
  TF_ATTR_SHAPE: 5,
  TF_ATTR_STRING: 0,
  TF_ATTR_INT: 1,
  TF_ATTR_BOOL: 3,
  TF_ATTR_TYPE: 4,
} as const;

/** The element of `x` that stands at `index` of a broadcast result. */
function broadcastAt({ shape, values }: Stored, result: readonly number[], index: number): number {
  let [at, rest, stride] = [0, index, 1];
  for (let d = result.length - 1; d >= 0; d--) {
    const along = rest % (result[d] as number);
    rest = Math.floor(rest / (result[d] as number));
    const own = shape[d - (result.length - shape.length)] ?? 1;
    if (own !== 1) at += along * stride;
    stride *= own;
  }
  return values[at] as number;
}

const elementwise =
  (combine: (a: number, b: number) => number): Operation =>
  ([a, b]) => {
    const [x, y] = [a as Stored, b as Stored];
    const rank = Math.max(x.shape.length, y.shape.length);
    const along = (s: Stored, d: number) => s.shape[d - (rank - s.shape.length)] ?? 1;
    const shape = Array.from({ length: rank }, (_, d) => {
      const [m, n] = [along(x, d), along(y, d)];
      if (m !== n && m !== 1 && n !== 1)
        throw new Error(`Incompatible shapes: [${x.shape}] vs. [${y.shape}]`);
      return m === 1 ? n : m;
    });
    const values = Array.from({ length: size(shape) }, (_, i) =>
      combine(broadcastAt(x, shape, i), broadcastAt(y, shape, i)),
    );
    return { shape, values };
  };

/** x yᵀ in an element type, summed in float64. */
function dot(x: Stored, y: Stored, dtype: number): Stored {
  const columns = x.shape[1] as number;
  if (columns !== y.shape[1])
    throw new Error(`Dimensions must be equal, but are ${columns} and ${y.shape[1]}`);
  const values = inType(productOfRows(x.values, y.values, columns), dtype);
  return { shape: [x.shape[0] as number, y.shape[0] as number], dtype, values };
}

/** Values as an element type holds them. */
function inType(values: readonly number[], dtype: number): readonly number[] {
  if (dtype === dataType.bfloat16)
    return Array.from(bfloat16ToFloat32(float32ToBfloat16(Float32Array.from(values))));
  return dtype === dataType.float ? values.map(Math.fround) : values;
}

/** What a variable holds. */
function assigned({ variable }: Stored): Stored {
  if (!variable) throw new Error('Resource was not initialized');
  return variable;
}

/** What TensorFlow's documentation says of each operation, for the shapes that are used: plain loops. */
const operations: { readonly [name: string]: Operation } = {
  BitwiseAnd: elementwise((a, b) => a & b),
  RightShift: elementwise((a, b) => a >> b),
  AddV2: elementwise((a, b) => Math.fround(a + b)),
  Sub: elementwise((a, b) => Math.fround(a - b)),
  Mul: elementwise((a, b) => Math.fround(a * b)),
  Cast: ([x], { DstT }) => ({
    shape: (x as Stored).shape,
    dtype: DstT as number,
    values: inType((x as Stored).values, DstT as number),
  }),
  // uint8 to int8, the only one that is used.
  Bitcast: ([x], { type }) => ({
    shape: (x as Stored).shape,
    dtype: type as number,
    values: (x as Stored).values.map((byte) => (byte > 127 ? byte - 256 : byte)),
  }),
  Reshape: ([x, shape]) => {
    const { values } = x as Stored;
    const wanted = (shape as Stored).values;
    if (size(wanted) !== values.length)
      throw new Error(`Cannot reshape ${values.length} values to [${wanted}]`);
    return { shape: wanted, values };
  },
  ConcatV2: (inputs) => {
    const parts = inputs.slice(0, -1);
    const [axis] = (inputs.at(-1) as Stored).values as [number];
    const { shape } = parts[0] as Stored;
    const outer = size(shape.slice(0, axis));
    const along = parts.map((part) => part.shape[axis] as number);
    const values = Array.from({ length: outer }, (_, at) =>
      parts.flatMap((part) => {
        const chunk = part.values.length / outer;
        return part.values.slice(at * chunk, (at + 1) * chunk);
      }),
    ).flat();
    const total = along.reduce((sum, n) => sum + n, 0);
    return { shape: shape.map((n, d) => (d === axis ? total : n)), values };
  },
  Slice: ([x, , extent]) => {
    const { shape, values } = x as Stored;
    const [rows, columns] = (extent as Stored).values as [number, number];
    const width = shape[1] as number;
    return {
      shape: [rows, columns],
      values: Array.from({ length: rows }, (_, row) =>
        values.slice(row * width, row * width + columns),
      ).flat(),
    };
  },
  GatherV2: ([x, indices]) => {
    const { shape, values } = x as Stored;
    const [rows, width] = shape as [number, number];
    const columns = (indices as Stored).values;
    return {
      shape: [rows, columns.length],
      values: Array.from({ length: rows }, (_, row) =>
        columns.map((c) => values[row * width + c] as number),
      ).flat(),
    };
  },
  Pad: ([x, paddings]) => {
    const { shape, values } = x as Stored;
    const [rows, columns] = shape as [number, number];
    const more = (paddings as Stored).values[1] as number; // the others are 0
    return {
      shape: [rows + more, columns],
      values: [...values, ...new Array<number>(more * columns).fill(0)],
    };
  },
  Transpose: ([x, permutation]) => {
    const { shape, values } = x as Stored;
    const order = (permutation as Stored).values;
    const strides = shape.map((_, d) => size(shape.slice(d + 1)));
    const wanted = order.map((d) => shape[d] as number);
    const moved = Array.from({ length: values.length }, (_, index) => {
      let [rest, from] = [index, 0];
      for (let d = wanted.length - 1; d >= 0; d--) {
        from += (rest % (wanted[d] as number)) * (strides[order[d] as number] as number);
        rest = Math.floor(rest / (wanted[d] as number));
      }
      return values[from] as number;
    });
    return { shape: wanted, values: moved };
  },
  VarHandleOp: () => ({ shape: [], values: [], dtype: dataType.resource }),
  AssignVariableOp: ([variable, value]) => {
    (variable as Stored).variable = value as Stored;
    return undefined;
  },
  ReadVariableOp: ([variable]) => assigned(variable as Stored),
  ResourceScatterUpdate: ([variable, indices, rows]) => {
    const { shape, dtype, values } = assigned(variable as Stored);
    const width = shape[1] as number;
    const next = [...values];
    for (const [i, row] of (indices as Stored).values.entries())
      next.splice(row * width, width, ...(rows as Stored).values.slice(i * width, (i + 1) * width));
    (variable as Stored).variable = { shape, dtype, values: next };
    return undefined;
  },
  ResourceGather: ([variable, indices]) => {
    const { shape, dtype, values } = assigned(variable as Stored);
    const width = shape[1] as number;
    const chosen = (indices as Stored).values;
    return {
      shape: [chosen.length, width],
      dtype,
      values: chosen.flatMap((row) => values.slice(row * width, (row + 1) * width)),
    };
  },
  MatMul: ([a, b], { T }) => dot(a as Stored, b as Stored, T as number),
  XlaDotV2: ([a, b], { preferred_element_type: dtype }) =>
    dot(a as Stored, b as Stored, dtype as number),
};

/** TensorFlow's binding in plain TypeScript: it computes the few operations that are used, and remembers what was asked of it. */
export class FakeBinding implements Binding {
  readonly TF_Version = 'fake';
  readonly TF_ATTR_STRING = kindNumbers.TF_ATTR_STRING;
  readonly TF_ATTR_INT = kindNumbers.TF_ATTR_INT;
  readonly TF_ATTR_BOOL = kindNumbers.TF_ATTR_BOOL;
  readonly TF_ATTR_TYPE = kindNumbers.TF_ATTR_TYPE;
  readonly TF_ATTR_SHAPE = kindNumbers.TF_ATTR_SHAPE;
  readonly calls: RecordedCall[] = [];
  private readonly tensors = new Map<number, Stored>();
  private next = 0;

  createTensor(
    shape: number[],
    dtype: number,
    values: Float32Array | Int32Array | Uint8Array,
  ): number {
    const wide = dtype === dataType.int64;
    const list = wide ? Array.from(values).filter((_, i) => i % 2 === 0) : Array.from(values);
    if (list.length !== size(shape))
      throw new Error('Shape does not match typed-array in createTensor()');
    return this.store({ shape: [...shape], dtype, values: list }).id;
  }

  deleteTensor(id: number): void {
    if (!this.tensors.delete(id))
      throw new Error(`Delete called on a Tensor not referenced (tensor_id: ${id})`);
  }

  tensorDataSync(id: number): Float32Array {
    const { dtype, values } = this.get(id);
    if (dtype !== dataType.float) throw new Error('Unhandled dtype in tensorDataSync()');
    return Float32Array.from(values);
  }

  executeOp(
    operation: string,
    list: BindingAttribute[],
    ids: number[],
    outputs: number,
  ): BindingTensor[] {
    const compute = operations[operation];
    if (!compute) throw new Error(`Op type not registered '${operation}'`);
    const inputs = ids.map((id) => this.get(id));
    const attributes = Object.fromEntries(list.map(({ name, value }) => [name, value]));
    this.calls.push({
      operation,
      attributes,
      inputs: inputs.map(({ shape, dtype }) => ({ shape, dtype })),
    });
    const result = compute(inputs, attributes);
    if (outputs !== (result ? 1 : 0)) throw new Error(`Expecting outputs of '${operation}'`);
    if (!result) return [];
    const { dtype = (inputs[0] as Stored).dtype, shape, values } = result;
    return [this.store({ dtype, shape, values })];
  }

  getNumOfTensors(): number {
    return this.tensors.size;
  }

  private get(id: number): Stored {
    const found = this.tensors.get(id);
    if (!found) throw new Error(`Input Tensor ID not referenced (tensor_id: ${id})`);
    return found;
  }

  private store(tensor: Stored): BindingTensor {
    const id = this.next++;
    this.tensors.set(id, tensor);
    return { id, shape: [...tensor.shape], dtype: tensor.dtype };
  }
}
