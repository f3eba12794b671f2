import { ThinkbitsError } from '@thinkbits/spec';
import type { Binding, BindingAttribute, BindingTensor } from './binding.js';
import { type DataType, dataType, nameOfType } from './data-type.js';
import { type OpAttributes, type OpName, opTable } from './op-table.js';

/** A tensor on the device, of any element type; whoever made it frees it. */
export interface Handle {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** Element types that the binding uploads, and what it takes them from; int64 as pairs of words, low before high. */
interface Uploads {
  1: Float32Array;
  3: Int32Array;
  4: Uint8Array;
  9: Int32Array;
}

/** The name of variables that have none, and go with their last handle (TensorFlow's `ResourceHandle::ANONYMOUS_NAME`). */
const anonymous = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

/** XLA's `DotDimensionNumbers` as protobuf: field 1, of the left side, holds dimension 1, and field 2, of the right, does. */
const contractSecondWithSecond = '\x0a\x01\x01\x12\x01\x01';

/**
 * TensorFlow's operations by their own names, below tfjs: tensors of the element types that tfjs has not (uint8, int8,
 * half), without a round trip to the host. All of it goes through `executeOp` of tfjs-node's binding; its wrappers lose the
 * tensor where they do not know the element type (tfjs.md §7.1).
 */
export class RawTf {
  /** What each open scope has made. */
  private readonly scopes: Set<number>[] = [];

  private readonly binding: Binding;

  constructor(binding: Binding) {
    this.binding = binding;
  }

  /**
   * A tensor with these values, copied to the device. int32 stays on the host; indices for a GPU go as int64.
   * @throws ThinkbitsError `tensorflow/op-failed`
   */
  upload<Type extends keyof Uploads>(
    type: Type,
    shape: readonly number[],
    values: Uploads[Type],
  ): Handle {
    const id = this.attempt('createTensor', [], () =>
      this.binding.createTensor([...shape], type, values),
    );
    return this.own({ id, shape, dtype: type });
  }

  /**
   * Runs one operation with one output.
   * @throws ThinkbitsError `tensorflow/op-failed` with the operation and the shapes of its inputs
   */
  run<Name extends OpName>(
    name: Name,
    attributes: OpAttributes<Name>,
    inputs: readonly Handle[],
  ): Handle {
    const [output] = this.execute(name, attributes, inputs, 1);
    return this.own(output as Handle);
  }

  /**
   * Runs one operation for what it does to a variable.
   * @throws ThinkbitsError `tensorflow/op-failed`
   */
  update<Name extends OpName>(
    name: Name,
    attributes: OpAttributes<Name>,
    inputs: readonly Handle[],
  ): void {
    this.execute(name, attributes, inputs, 0);
  }

  /** Frees tensors. */
  free(...handles: readonly Handle[]): void {
    for (const { id } of handles) {
      this.binding.deleteTensor(id);
      for (const scope of this.scopes) scope.delete(id);
    }
  }

  /** Runs `work` and frees all that it made but the result, a tensor or nothing; all of it where it throws. */
  scope<Result>(work: () => Result): Result {
    const made = new Set<number>();
    this.scopes.push(made);
    let kept: Partial<Handle> = {};
    try {
      const result = work();
      kept = result ?? {};
      return result;
    } finally {
      this.scopes.pop();
      const { id } = kept;
      if (id !== undefined && made.delete(id)) this.scopes.at(-1)?.add(id);
      for (const other of made) this.binding.deleteTensor(other);
    }
  }

  /** The elements of a float32 tensor, on the host. */
  readFloat({ id }: Handle): Float32Array {
    return this.binding.tensorDataSync(id) as Float32Array;
  }

  /** Row numbers, as a GPU wants them: int64, because int32 stays on the host. */
  indices(values: Int32Array): Handle {
    const words = new Int32Array(2 * values.length); // low before high
    for (let i = 0; i < values.length; i++) words[2 * i] = values[i] as number;
    return this.upload(dataType.int64, [values.length], words);
  }

  /** A variable of rows of `width` elements, nothing assigned to it yet; it goes when this handle is freed. */
  variable(dtype: DataType, width: number): Handle {
    const attributes = { dtype, shape: [-1, width], container: '', shared_name: anonymous };
    return this.run('VarHandleOp', attributes, []);
  }

  /** Gives a variable its value, of any number of rows. */
  assign(variable: Handle, value: Handle): void {
    const attributes = { dtype: value.dtype, validate_shape: false };
    this.update('AssignVariableOp', attributes, [variable, value]);
  }

  readVariable(variable: Handle, dtype: DataType): Handle {
    return this.run('ReadVariableOp', { dtype }, [variable]);
  }

  /** Writes rows `[indices, width]` into a variable, in place. */
  scatterRows(variable: Handle, indices: Handle, rows: Handle): void {
    const attributes = { dtype: rows.dtype, Tindices: indices.dtype };
    this.update('ResourceScatterUpdate', attributes, [variable, indices, rows]);
  }

  /** Rows of a variable by number, `[indices, width]`. */
  gatherRows(variable: Handle, dtype: DataType, indices: Handle): Handle {
    const attributes = {
      batch_dims: 0,
      validate_indices: true,
      dtype,
      Tindices: indices.dtype,
    };
    return this.run('ResourceGather', attributes, [variable, indices]);
  }

  transpose(x: Handle, permutation: readonly number[]): Handle {
    return this.run('Transpose', { T: x.dtype, Tperm: dataType.int32 }, [
      x,
      this.integers(permutation),
    ]);
  }

  /** x & mask, bit by bit; x is uint8. */
  bitwiseAnd(x: Handle, mask: number): Handle {
    return this.run('BitwiseAnd', { T: x.dtype }, [x, this.byte(mask)]);
  }

  /** x >> bits; x is uint8. */
  rightShift(x: Handle, bits: number): Handle {
    return this.run('RightShift', { T: x.dtype }, [x, this.byte(bits)]);
  }

  cast(x: Handle, to: DataType): Handle {
    return this.run('Cast', { SrcT: x.dtype, DstT: to, Truncate: false }, [x]);
  }

  /** The same bits as another element type of the same size. */
  bitcast(x: Handle, to: DataType): Handle {
    return this.run('Bitcast', { T: x.dtype, type: to }, [x]);
  }

  reshape(x: Handle, shape: readonly number[]): Handle {
    return this.run('Reshape', { T: x.dtype, Tshape: dataType.int32 }, [x, this.integers(shape)]);
  }

  /** The first `size` elements along each dimension. */
  crop(x: Handle, size: readonly number[]): Handle {
    const begin = this.integers(size.map(() => 0));
    const index = dataType.int32;
    return this.run('Slice', { T: x.dtype, Index: index }, [x, begin, this.integers(size)]);
  }

  concat(parts: readonly Handle[], axis: number): Handle {
    const { dtype } = parts[0] as Handle;
    const attributes = { N: parts.length, T: dtype, Tidx: dataType.int32 };
    return this.run('ConcatV2', attributes, [...parts, this.integer(axis)]);
  }

  /** Columns of x `[rows, n]` by number: `[rows, indices]`. */
  gatherColumns(x: Handle, indices: Handle): Handle {
    const attributes = {
      Tparams: x.dtype,
      Tindices: indices.dtype,
      Taxis: dataType.int32,
      batch_dims: 0,
    };
    return this.run('GatherV2', attributes, [x, indices, this.integer(1)]);
  }

  add(a: Handle, b: Handle): Handle {
    return this.run('AddV2', { T: a.dtype }, [a, b]);
  }

  subtract(a: Handle, b: Handle): Handle {
    return this.run('Sub', { T: a.dtype }, [a, b]);
  }

  multiply(a: Handle, b: Handle): Handle {
    return this.run('Mul', { T: a.dtype }, [a, b]);
  }

  /** a `[m, k]` times the transpose of b `[n, k]`. */
  matMulTransposed(a: Handle, b: Handle): Handle {
    return this.run('MatMul', { T: a.dtype, transpose_a: false, transpose_b: true }, [a, b]);
  }

  /**
   * a `[m, k]` times the transpose of b `[n, k]`, summed in another element type: XLA’s product, compiled at the first of each
   * shape. With b transposed a single row is as fast as it should be, which it is not otherwise (tfjs.md §13.4).
   */
  dotTransposed(a: Handle, b: Handle, sums: DataType): Handle {
    const attributes = {
      LhsT: a.dtype,
      RhsT: b.dtype,
      dimension_numbers: contractSecondWithSecond,
      precision_config: '',
      preferred_element_type: sums,
    };
    return this.run('XlaDotV2', attributes, [a, b]);
  }

  /** x `[rows, columns]` with so many rows of zeros below. */
  padRows(x: Handle, more: number): Handle {
    if (more === 0) return x;
    const paddings = this.upload(dataType.int32, [2, 2], Int32Array.of(0, more, 0, 0));
    return this.run('Pad', { T: x.dtype, Tpaddings: dataType.int32 }, [x, paddings]);
  }

  /** A scalar in float32. */
  scalar(value: number): Handle {
    return this.upload(dataType.float, [], Float32Array.of(value));
  }

  private byte(value: number): Handle {
    return this.upload(dataType.uint8, [], Uint8Array.of(value));
  }

  private integer(value: number): Handle {
    return this.upload(dataType.int32, [], Int32Array.of(value));
  }

  private integers(values: readonly number[]): Handle {
    return this.upload(dataType.int32, [values.length], Int32Array.from(values));
  }

  private execute<Name extends OpName>(
    name: Name,
    attributes: OpAttributes<Name>,
    inputs: readonly Handle[],
    outputs: number,
  ): BindingTensor[] {
    const kinds = {
      type: this.binding.TF_ATTR_TYPE,
      bool: this.binding.TF_ATTR_BOOL,
      int: this.binding.TF_ATTR_INT,
      string: this.binding.TF_ATTR_STRING,
      shape: this.binding.TF_ATTR_SHAPE,
    };
    const given = attributes as Record<string, BindingAttribute['value']>;
    const list = Object.entries(opTable[name]).map(([attribute, kind]) => ({
      name: attribute,
      type: kinds[kind],
      value: given[attribute] as BindingAttribute['value'],
    }));
    const ids = inputs.map(({ id }) => id);
    return this.attempt(name, inputs, () => this.binding.executeOp(name, list, ids, outputs));
  }

  /** Enters a tensor into the innermost scope. */
  private own(handle: Handle): Handle {
    this.scopes.at(-1)?.add(handle.id);
    return handle;
  }

  private attempt<T>(name: string, inputs: readonly Handle[], work: () => T): T {
    try {
      return work();
    } catch (error) {
      const shapes = inputs.map(({ shape, dtype }) => `${nameOfType(dtype)}[${shape.join(', ')}]`);
      const reason = error instanceof Error ? error.message : String(error);
      throw new ThinkbitsError({
        code: 'tensorflow/op-failed',
        category: 'machine',
        message: `TensorFlow’s ${name}(${shapes.join(', ')}) failed: ${reason}`,
        help: /memory|OOM|exhausted/i.test(reason)
          ? 'Use a smaller batch or model, fewer bits for keys and values (kv4), or hold weights packed (THINKBITS_TENSORFLOW_WEIGHTS=packed).'
          : 'Run the same command with --backend wasm, and report this with the versions that thinkbits doctor prints.',
        details: { operation: name, inputs: shapes },
        cause: error,
      });
    }
  }
}
