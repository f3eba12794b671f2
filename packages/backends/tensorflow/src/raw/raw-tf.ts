import { ThinkbitsError } from '@thinkbits/spec';
import type { Binding, BindingAttribute } from './binding.js';
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
    const kinds = {
      type: this.binding.TF_ATTR_TYPE,
      bool: this.binding.TF_ATTR_BOOL,
      int: this.binding.TF_ATTR_INT,
      string: this.binding.TF_ATTR_STRING,
    };
    const given = attributes as Record<string, BindingAttribute['value']>;
    const list = Object.entries(opTable[name]).map(([attribute, kind]) => ({
      name: attribute,
      type: kinds[kind],
      value: given[attribute] as BindingAttribute['value'],
    }));
    const ids = inputs.map(({ id }) => id);
    const [output] = this.attempt(name, inputs, () => this.binding.executeOp(name, list, ids, 1));
    return this.own(output as Handle);
  }

  /** Frees tensors. */
  free(...handles: readonly Handle[]): void {
    for (const { id } of handles) {
      this.binding.deleteTensor(id);
      for (const scope of this.scopes) scope.delete(id);
    }
  }

  /** Runs `work` and frees all that it made but the result; all of it where it throws. */
  scope(work: () => Handle): Handle {
    const made = new Set<number>();
    this.scopes.push(made);
    let result: Handle | undefined;
    try {
      result = work();
      return result;
    } finally {
      this.scopes.pop();
      const kept = result !== undefined && made.delete(result.id);
      for (const id of made) this.binding.deleteTensor(id);
      if (kept) this.own(result as Handle);
    }
  }

  /** The elements of a float32 tensor, on the host. */
  readFloat({ id }: Handle): Float32Array {
    return this.binding.tensorDataSync(id) as Float32Array;
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
          ? 'Use a smaller batch or model, or hold weights packed (THINKBITS_TENSORFLOW_WEIGHTS=packed).'
          : 'Run the same command with --backend wasm, and report this with the versions that thinkbits doctor prints.',
        details: { operation: name, inputs: shapes },
        cause: error,
      });
    }
  }
}
