import type { DataType } from './data-type.js';

/** What an attribute holds. The binding has no lists of types, shapes or strings, and no functions (tfjs.md §7.1). */
type AttributeKind = 'type' | 'bool' | 'int' | 'string' | 'shape';

/**
 * TensorFlow's operations that are called directly, with their attributes. All have kernels on the GPU for the element types
 * that they are called with here (tfjs.md §13.5): `Slice` takes floats there and no uint8, `Pack` and `GatherV2` no 8 bits.
 */
export const opTable = {
  AddV2: { T: 'type' },
  AssignVariableOp: { dtype: 'type', validate_shape: 'bool' },
  BitwiseAnd: { T: 'type' },
  RightShift: { T: 'type' },
  Bitcast: { T: 'type', type: 'type' },
  Cast: { SrcT: 'type', DstT: 'type', Truncate: 'bool' },
  ConcatV2: { N: 'int', T: 'type', Tidx: 'type' },
  GatherV2: { Tparams: 'type', Tindices: 'type', Taxis: 'type', batch_dims: 'int' },
  MatMul: { T: 'type', transpose_a: 'bool', transpose_b: 'bool' },
  Mul: { T: 'type' },
  Pad: { T: 'type', Tpaddings: 'type' },
  ReadVariableOp: { dtype: 'type' },
  Reshape: { T: 'type', Tshape: 'type' },
  ResourceGather: { batch_dims: 'int', validate_indices: 'bool', dtype: 'type', Tindices: 'type' },
  ResourceScatterUpdate: { dtype: 'type', Tindices: 'type' },
  Slice: { T: 'type', Index: 'type' },
  Sub: { T: 'type' },
  Transpose: { T: 'type', Tperm: 'type' },
  VarHandleOp: { dtype: 'type', shape: 'shape', container: 'string', shared_name: 'string' },
  XlaDotV2: {
    LhsT: 'type',
    RhsT: 'type',
    dimension_numbers: 'string',
    precision_config: 'string',
    preferred_element_type: 'type',
  },
} as const satisfies { readonly [name: string]: { readonly [attribute: string]: AttributeKind } };

/** An operation that may be called. */
export type OpName = keyof typeof opTable;

interface ValueOf {
  type: DataType;
  bool: boolean;
  int: number;
  string: string;
  shape: readonly number[];
}

/** The attributes that an operation takes, all of them. */
export type OpAttributes<Name extends OpName> = {
  readonly [Attribute in keyof (typeof opTable)[Name]]: ValueOf[(typeof opTable)[Name][Attribute] &
    AttributeKind];
};
