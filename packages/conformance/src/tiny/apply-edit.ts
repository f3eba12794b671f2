import type { Edit, OnlineSite } from '@thinkbits/spec';
import { densePair } from './dense-map.js';
import { entry, type Matrix, matrix, multiply, repeated, transpose } from './matrix.js';
import { type OnlineMaps, siteName } from './tiny-decoder.js';
import type { TinyWeights } from './tiny-model.js';

/** The linears that read what is mapped at a site; `query-key` is undone within attention. */
const readers: { readonly [At in OnlineSite['at']]: readonly string[] } = {
  'qkv-input': ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
  'o-input': ['self_attn.o_proj'],
  'gate-up-input': ['mlp.gate_proj', 'mlp.up_proj'],
  'down-input': ['mlp.down_proj'],
  value: ['self_attn.o_proj'],
  'query-key': [],
};

/** Changes one weight in place of the map; a name that the model does not have is an error. */
function change(weights: TinyWeights, name: string, to: (weight: Matrix) => Matrix): void {
  const weight = weights.get(name);
  if (!weight) throw new RangeError(`An edit names "${name}", which the model does not have.`);
  weights.set(name, to(weight));
}

function expectLength(name: string, factors: Float32Array, length: number): void {
  if (factors.length === length) return;
  throw new RangeError(
    `"${name}" has ${length} channels to scale, and the edit ${factors.length} factors.`,
  );
}

/** Applies an edit to the weights and online maps of the tiny model (see `Edit` of `@thinkbits/spec`), in float64. */
export function applyEdit(weights: TinyWeights, online: OnlineMaps, edit: Edit): void {
  switch (edit.op) {
    case 'scale': {
      const factor = (channel: number) => edit.factors[channel] as number;
      change(weights, edit.producer, (weight) => {
        const isNorm = weight.rows === 1;
        expectLength(edit.producer, edit.factors, isNorm ? weight.columns : weight.rows);
        return matrix(
          weight.rows,
          weight.columns,
          (row, column) => entry(weight, row, column) / factor(isNorm ? column : row),
        );
      });
      for (const consumer of edit.consumers) {
        change(weights, consumer, (weight) => {
          expectLength(consumer, edit.factors, weight.columns);
          return matrix(
            weight.rows,
            weight.columns,
            (row, column) => entry(weight, row, column) * factor(column),
          );
        });
      }
      return;
    }
    case 'rotate': {
      const { forward, inverse } = densePair(edit.map);
      for (const { name, side } of edit.targets) {
        // y = x Wᵀ: reading x · M asks for W · M⁻ᵀ, writing y · M for Mᵀ · W; rows of an embedding are outputs
        change(weights, name, (weight) => {
          if (side === 'in') return multiply(weight, repeated(transpose(inverse), weight.columns));
          return name.endsWith('embed_tokens')
            ? multiply(weight, repeated(forward, weight.columns))
            : multiply(repeated(transpose(forward), weight.rows), weight);
        });
      }
      return;
    }
    case 'online': {
      const pair = densePair(edit.map);
      const { block, at } = edit.site;
      if (online.has(siteName(edit.site)))
        throw new RangeError(`Two edits act at ${siteName(edit.site)}.`);
      online.set(siteName(edit.site), pair);
      const undone = transpose(pair.inverse);
      for (const reader of readers[at]) {
        change(weights, `model.layers.${block}.${reader}`, (weight) =>
          multiply(weight, repeated(undone, weight.columns)),
        );
      }
    }
  }
}
