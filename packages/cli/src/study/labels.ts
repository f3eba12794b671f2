import { floatFormatName, type KvPartScheme, type Recipe } from '@thinkbits/spec';

/** Bits of a recipe as a row of results has them; null = float. */
export function bitsOf({ weights, activations, kv }: Recipe) {
  const halves = [kv?.key, kv?.value].filter((half): half is KvPartScheme => half !== undefined);
  return {
    weight_bits: weights?.bits ?? null,
    activation_bits: activations?.bits ?? null,
    kv_bits: halves.length > 0 ? Math.min(...halves.map(({ bits }) => bits)) : null,
  };
}

/** `W4`, `W4A4KV4`, `KV3`, `K4V3`, `W4 MXFP4`; `float` where nothing is quantized. */
export function bitsLabel(recipe: Recipe): string {
  const { weights, activations, kv } = recipe;
  const [key, value] = [kv?.key?.bits, kv?.value?.bits];
  const cache =
    key === value ? key && `KV${key}` : `${key ? `K${key}` : ''}${value ? `V${value}` : ''}`;
  const parts = [weights && `W${weights.bits}`, activations && `A${activations.bits}`, cache];
  const floats = [weights, activations, kv?.key, kv?.value].flatMap((part) =>
    part?.float ? [` ${floatFormatName(part.float).toUpperCase()}`] : [],
  );
  return (
    parts
      .concat(...new Set(floats))
      .filter(Boolean)
      .join('') || 'float'
  );
}

/** Whether nothing is at work but rounding to nearest: bits say all of it. */
function isPlain({ pipeline }: Recipe): boolean {
  return pipeline.every(({ use }) => use === 'rtn' || use === 'per-token');
}

/** A label for each recipe: its bits, or its name where bits do not tell it from another or do not say all of it. */
export function recipeLabels(
  recipes: readonly { readonly name: string; readonly recipe: Recipe }[],
): Map<string, string> {
  const byName = new Map(recipes.map((recipe) => [recipe.name, recipe]));
  const count = new Map<string, number>();
  for (const { recipe } of byName.values()) {
    const label = bitsLabel(recipe);
    count.set(label, (count.get(label) ?? 0) + 1);
  }
  return new Map(
    [...byName.values()].map(({ name, recipe }) => {
      const label = bitsLabel(recipe);
      const told = isPlain(recipe) && count.get(label) === 1;
      return [name, name === 'none' ? 'float' : told ? label : name];
    }),
  );
}

/** The last part of a model's name, without the family that shipped models share. */
export function modelLabel(name: string): string {
  return (name.split('/').at(-1) as string).replace(/^tiny-reasoner-/, '');
}
