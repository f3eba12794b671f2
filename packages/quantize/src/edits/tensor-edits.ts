import { applyLinearMap, linearMapSize, mapOutputs, transposeLinearMap } from '@thinkbits/numerics';
import { type Edit, type LinearMap, type OnlineSite, ThinkbitsError } from '@thinkbits/spec';

/** What an edit does to one tensor. */
export interface TensorEdit {
  readonly tensor: string;
  /** Whether it changes each row on its own, so that a table need not be in memory to read some of its rows. */
  readonly byRow: boolean;
  /** @param shape of the values; where `byRow`, they may be some of the tensor's rows */
  apply(values: Float32Array, shape: readonly number[]): Float32Array;
}

/** The linears of a decoder layer that read what is mapped at a site; `query-key` is undone within attention. */
const readers: { readonly [At in OnlineSite['at']]: readonly string[] } = {
  'qkv-input': ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
  'o-input': ['self_attn.o_proj'],
  'gate-up-input': ['mlp.gate_proj', 'mlp.up_proj'],
  'down-input': ['mlp.down_proj'],
  value: ['self_attn.o_proj'],
  'query-key': [],
};

function refuse(tensor: string, message: string): never {
  throw new ThinkbitsError({
    code: 'transform/bad-edit',
    message: `An edit does not fit ${tensor}: ${message}.`,
    help: 'This is a defect of the transform that proposed it: run the conformance kit on it.',
    details: { tensor },
  });
}

const rowsAndColumns = (shape: readonly number[]): [rows: number, columns: number] =>
  shape.length === 1 ? [1, shape[0] as number] : [shape[0] as number, shape[1] as number];

/** The channels of a map, which divide those of the tensor. */
function checkSize(tensor: string, map: LinearMap, channels: number): number {
  const size = linearMapSize(map);
  if (channels % size !== 0)
    refuse(tensor, `a map of ${size} channels does not divide ${channels}`);
  return size;
}

/** Every `size` consecutive columns of every row times the map. */
function mapColumns(tensor: string, map: LinearMap, values: Float32Array, columns: number) {
  const size = checkSize(tensor, map, columns);
  return applyLinearMap(map, values, values.length / size, size);
}

/** y = x · Wᵀ on a changed input x · M: W · M⁻ᵀ, so that y stays. */
function readMapped(tensor: string, inverse: LinearMap): TensorEdit {
  const map = transposeLinearMap(inverse);
  return {
    tensor,
    byRow: true,
    apply: (values, shape) => mapColumns(tensor, map, values, rowsAndColumns(shape)[1]),
  };
}

/** y · M in place of y = x · Wᵀ: Mᵀ · W, and b · M for a bias or a table whose rows are outputs. */
function writeMapped(tensor: string, forward: LinearMap, isTable: boolean): TensorEdit {
  const apply: TensorEdit['apply'] = (values, shape) => {
    const [rows, columns] = rowsAndColumns(shape);
    if (isTable || shape.length === 1) return mapColumns(tensor, forward, values, columns);
    checkSize(tensor, forward, rows);
    return mapOutputs(forward, values, rows, columns);
  };
  return { tensor, byRow: isTable, apply };
}

/** Rows, which are outputs, divided by the factors; columns, which are inputs, multiplied by them. */
function scaled(tensor: string, side: 'rows' | 'columns', factors: Float32Array): TensorEdit {
  const apply: TensorEdit['apply'] = (values, shape) => {
    const [rows, columns] = rowsAndColumns(shape);
    // what is one-dimensional, a norm or a bias, has its channels as columns
    const alongRows = side === 'rows' && shape.length > 1;
    const channels = factors.length;
    if ((alongRows ? rows : columns) !== channels)
      refuse(tensor, `${channels} factors for ${alongRows ? rows : columns} channels`);
    return values.map((value, i) => {
      const factor = factors[alongRows ? Math.floor(i / columns) : i % columns] as number;
      return side === 'rows' ? value / factor : value * factor;
    });
  };
  return { tensor, byRow: side === 'columns', apply };
}

/**
 * What an edit does to each tensor that it names, by the tensor's name in the checkpoint. Biases are listed whether or not
 * the model has them.
 */
export function tensorEdits(edit: Edit): TensorEdit[] {
  switch (edit.op) {
    case 'scale': {
      const { factors } = edit;
      return [
        ...['weight', 'bias'].map((part) => {
          const tensor = `${edit.producer}.${part}`;
          return scaled(tensor, 'rows', factors);
        }),
        ...edit.consumers.map((consumer) => {
          const tensor = `${consumer}.weight`;
          return scaled(tensor, 'columns', factors);
        }),
      ];
    }
    case 'rotate':
      return edit.targets.flatMap(({ name, side }) => {
        const weight = `${name}.weight`;
        if (side === 'in') return [readMapped(weight, edit.map.inverse)];
        const isTable = name.endsWith('embed_tokens');
        return [weight, `${name}.bias`].map((tensor) =>
          writeMapped(tensor, edit.map.forward, isTable),
        );
      });
    case 'online':
      return readers[edit.site.at].map((reader) => {
        const tensor = `model.layers.${edit.site.block}.${reader}.weight`;
        return readMapped(tensor, edit.map.inverse);
      });
  }
}
