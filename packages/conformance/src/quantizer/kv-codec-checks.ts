import type { KvCodec, KvParameters, KvScheme, StaticKvGrid } from '@thinkbits/spec';
import { expect } from 'vitest';
import type { Check } from '../check.js';
import { expectTensorsFreed } from '../expect-tensors-freed.js';
import { tinyInputs, withTensors } from '../tiny/tensors.js';
import { tinyContext } from '../tiny/tiny-context.js';
import { tinyModel } from '../tiny/tiny-model.js';
import { budget } from './common-checks.js';

const { kvHeads, headDim, blocks } = tinyModel;
const width = kvHeads * headDim;

/** A bias such as keys of Qwen2 have; a codec may leave it aside. */
const keyBias = Float32Array.from({ length: width }, (_, i) => (i % 5) - 2);

/** The parameters of a decoder layer, calibrated where the codec asks for it. */
async function parametersOf(
  codec: KvCodec,
  scheme: KvScheme,
  block: number,
): Promise<KvParameters> {
  if (codec.needs.calibration === 'none') {
    const parameters = codec.parameters?.(scheme, block);
    return parameters ?? expect.fail('a codec that needs no calibration gives parameters at once');
  }
  const name = `block ${block}`;
  const session = codec.open?.(scheme, { block, keyBias }, tinyContext(name));
  if (!session) return expect.fail('a codec that needs calibration opens sessions');
  try {
    const keys = tinyInputs(`${name} keys`, width);
    const values = tinyInputs(`${name} values`, width);
    for (const [index, batch] of keys.entries()) {
      await withTensors([batch, values[index]!], ([k, v]) => session.observe(k!, v!));
    }
    return await session.finish();
  } finally {
    session.dispose();
  }
}

const parametersOfAll = async (codec: KvCodec, scheme: KvScheme, indices: readonly number[]) => {
  const found = new Map<number, KvParameters>();
  for (const index of indices) found.set(index, await parametersOf(codec, scheme, index));
  return blocks.map(({ index }) => found.get(index) as KvParameters);
};

/** Fails unless a static grid fits the model. */
function expectGrid(name: string, grid: StaticKvGrid): void {
  for (const [part, values] of Object.entries(grid) as [string, Float32Array][]) {
    expect(values, `${name}.${part}`).toBeInstanceOf(Float32Array);
    expect(values.length, `${name}.${part}`).toBe(width);
    expect(values.every(Number.isFinite), `${name}.${part} is finite`).toBe(true);
  }
  expect(
    grid.scales.every((scale) => scale > 0),
    `${name}.scales are positive`,
  ).toBe(true);
  expect(grid.zeros.every(Number.isInteger), `${name}.zeros are whole numbers`).toBe(true);
}

/** What every KV codec must hold to, for each of the schemes. */
export function kvCodecChecks(make: () => KvCodec, schemes: readonly KvScheme[]): Check[] {
  const indices = blocks.map(({ index }) => index);
  return [
    {
      name: 'gives parameters that fit the model',
      async run() {
        for (const scheme of schemes) {
          for (const parameters of await parametersOfAll(make(), scheme, indices)) {
            expect(parameters.scheme, 'the scheme that was asked for').toEqual(scheme);
            if (parameters.staticKeys) expectGrid('staticKeys', parameters.staticKeys);
            if (parameters.staticValues) expectGrid('staticValues', parameters.staticValues);
          }
        }
      },
    },
    {
      name: 'gives the same parameters again, in whatever order blocks come',
      async run() {
        for (const scheme of schemes) {
          const once = await parametersOfAll(make(), scheme, indices);
          expect(await parametersOfAll(make(), scheme, indices), 'a second time').toEqual(once);
          const reversed = await parametersOfAll(make(), scheme, indices.toReversed());
          expect(reversed, 'last block first').toEqual(once);
        }
      },
    },
    {
      name: 'frees its tensors',
      async run() {
        for (const scheme of schemes) {
          await expectTensorsFreed('parameters', () => parametersOfAll(make(), scheme, indices));
        }
      },
    },
    {
      name: 'plans an error for a group that does not divide the head',
      run() {
        for (const scheme of schemes) {
          for (const part of ['key', 'value'] as const) {
            const half = scheme[part];
            if (half?.axis !== 'token') continue; // along channels the group counts tokens
            const kv = { ...scheme, [part]: { ...half, group: headDim - 1 } };
            const { issues } = make().plan(tinyModel, { linears: new Map(), kv }, budget);
            expect(
              issues.map(({ severity }) => severity),
              `${part}s in groups of ${headDim - 1}`,
            ).toContain('error');
          }
        }
      },
    },
  ];
}
