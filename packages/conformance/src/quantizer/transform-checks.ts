import { groupCount } from '@thinkbits/numerics';
import {
  allLinears,
  type BlockInfo,
  type BlockView,
  completeActivationScheme,
  completeKvScheme,
  type LinearScheme,
  type Proposal,
  type Transform,
  type WeightScheme,
} from '@thinkbits/spec';
import { expect } from 'vitest';
import type { Check } from '../check.js';
import { expectCodedError } from '../expect-coded-error.js';
import { expectTensorsFreed } from '../expect-tensors-freed.js';
import { applyEdit } from '../tiny/apply-edit.js';
import { type Matrix, matrix, relativeDistance } from '../tiny/matrix.js';
import { toTensor } from '../tiny/tensors.js';
import { tinyContext } from '../tiny/tiny-context.js';
import { blockInput, logits, type OnlineMaps, runBlock, tinyRotary } from '../tiny/tiny-decoder.js';
import { type TinyWeights, tinyModel, tinyWeights } from '../tiny/tiny-model.js';

/** Token ids of the two calibration batches, and of the prompt that outputs are compared on. */
const batches = [3, 5].map((step) =>
  Array.from({ length: 12 }, (_, i) => (i * step + step) % tinyModel.vocabulary),
);
const prompt = Array.from({ length: 16 }, (_, i) => (i * 7 + 1) % tinyModel.vocabulary);

const activation = completeActivationScheme({ bits: 4 });

type BlockResult = ReturnType<typeof runBlock>;

/** What a transform is shown of a decoder layer. */
function viewOf(
  info: BlockInfo,
  weights: TinyWeights,
  online: OnlineMaps,
  schemes: BlockView['schemes'],
): BlockView {
  const inputs = batches.map((ids) => blockInput(weights, online, info.index, ids));
  const own = inputs.map((input) => runBlock(weights, online, info.index, input));
  return {
    info,
    schemes,
    kv: completeKvScheme({ bits: 4 }),
    async weight(name) {
      const weight = weights.get(name);
      return weight
        ? toTensor(weight)
        : expect.fail(`a transform asks for "${name}", which is not there`);
    },
    async *inputs(stage) {
      for (const result of own) {
        const tensor = toTensor(result.inputs[stage] as Matrix);
        try {
          yield tensor;
        } finally {
          tensor.dispose(); // also where the transform stops looking
        }
      }
    },
    async *hidden() {
      for (const input of inputs) {
        const tensor = toTensor(input);
        try {
          yield tensor;
        } finally {
          tensor.dispose();
        }
      }
    },
    rotary: { inverse: tinyRotary, attentionFactor: 1 },
    normEpsilon: 1e-6,
    async forward(batch, { replaced, result = 'output' } = {}) {
      if (!replaced) return toTensor((own[batch] as BlockResult)[result]);
      const using = new Map(weights);
      for (const [name, tensor] of replaced) {
        const values = await tensor.data();
        const [rows, columns] = tensor.shape;
        using.set(
          name,
          matrix(rows, columns, (row, column) => values[row * columns + column] as number),
        );
      }
      return toTensor(runBlock(using, online, info.index, inputs[batch] as Matrix)[result]);
    },
  };
}

/** Proposes for every block in turn, each seeing the edits of the blocks before it. */
async function transformModel(
  transform: Transform,
  scheme: WeightScheme,
  { signal, floats = [] }: { signal?: AbortSignal; floats?: readonly string[] } = {},
) {
  const schemes = new Map(
    allLinears(tinyModel)
      .filter(({ name }) => !floats.some((float) => name.endsWith(float)))
      .map(({ name }): [string, LinearScheme] => [name, { weight: scheme, activation }]),
  );
  const weights = tinyWeights();
  const online: OnlineMaps = new Map();
  const proposals: Proposal[] = [];
  for (const info of tinyModel.blocks) {
    const view = viewOf(info, weights, online, schemes);
    const proposal = await transform.propose(view, tinyContext(`block ${info.index}`, signal));
    for (const edit of proposal.edits) applyEdit(weights, online, edit);
    proposals.push(proposal);
  }
  return { weights, online, proposals };
}

/** What every transform must hold to, for each of the schemes. */
export function transformChecks(make: () => Transform, schemes: readonly WeightScheme[]): Check[] {
  const [first] = schemes as [WeightScheme];
  return [
    {
      name: 'does not change what the model computes',
      async run() {
        const before = logits(tinyWeights(), new Map(), prompt);
        for (const scheme of schemes) {
          const { weights, online } = await transformModel(make(), scheme);
          const distance = relativeDistance(logits(weights, online, prompt), before);
          expect(distance, 'relative distance of the logits').toBeLessThan(1e-5);
        }
      },
    },
    {
      name: 'hints at clips that fit the weights',
      async run() {
        for (const scheme of schemes) {
          const { proposals } = await transformModel(make(), scheme);
          for (const [name, hint] of proposals.flatMap(({ hints }) => [...(hints ?? [])])) {
            const linear = allLinears(tinyModel).find((candidate) => candidate.name === name);
            if (!linear) return expect.fail(`a hint is about "${name}", which is not there`);
            if (!hint.clip) continue;
            const { low, high } = hint.clip;
            const groups = linear.out * groupCount(linear.in, scheme.group);
            expect([low.length, high.length], `clip of ${name}`).toEqual([groups, groups]);
            const ordered = low.every((bound, group) => bound <= (high[group] as number));
            expect(ordered, `low is at most high in the clip of ${name}`).toBe(true);
          }
        }
      },
    },
    {
      name: 'leaves the model alone where some linears of a group stay in float',
      async run() {
        const floats = ['k_proj', 'o_proj', 'gate_proj', 'lm_head'];
        const { weights, online, proposals } = await transformModel(make(), first, { floats });
        const before = logits(tinyWeights(), new Map(), prompt);
        const distance = relativeDistance(logits(weights, online, prompt), before);
        expect(distance, 'relative distance of the logits').toBeLessThan(1e-5);
        const hinted = proposals.flatMap(({ hints }) => [...(hints?.keys() ?? [])]);
        const useless = hinted.filter((name) => floats.some((float) => name.endsWith(float)));
        expect(useless, 'hints for linears that nobody rounds').toEqual([]);
      },
    },
    {
      name: 'proposes the same again',
      async run() {
        const { proposals } = await transformModel(make(), first);
        expect((await transformModel(make(), first)).proposals).toEqual(proposals);
      },
    },
    {
      name: 'frees its tensors',
      run: () => expectTensorsFreed('proposals', () => transformModel(make(), first)),
    },
    {
      name: 'stops when it is aborted, and frees its tensors then too',
      async run() {
        await expectTensorsFreed('an aborted call', async () => {
          const aborted = () => transformModel(make(), first, { signal: AbortSignal.abort() });
          expect((await expectCodedError('an aborted call', aborted)).code).toBe('run/aborted');
        });
      },
    },
  ];
}
