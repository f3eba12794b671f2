import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { createRandom } from '@thinkbits/numerics';
import {
  type BlockView,
  type Edit,
  type InvertiblePair,
  type LinearMap,
  type OnlineSite,
  type Proposal,
  type QuantizerModule,
  ThinkbitsError,
  type Transform,
  throwIfAborted,
} from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { expectCaught } from '../expect-caught.js';
import { tinyModel } from '../tiny/tiny-model.js';
import { describeQuantizer, quantizerChecks } from './describe-quantizer.js';

const { hidden, headDim, intermediate, heads } = tinyModel;

/** A transform that proposes what `propose` says. */
const moduleOf = (propose: Transform['propose']): QuantizerModule => ({
  id: 'plain-transform',
  optionsSchema: { type: 'object', additionalProperties: false },
  create: ((options: object): Transform => {
    const [unknown] = Object.keys(options);
    if (unknown !== undefined) {
      throw new ThinkbitsError({
        code: 'plain/options',
        message: `${unknown} is not known.`,
        help: 'Leave it out.',
      });
    }
    return {
      specificationVersion: 'v1',
      role: 'transform',
      id: 'plain-transform',
      options: {},
      needs: { calibration: 'inputs' },
      plan: () => ({ issues: [], peakBytes: 0, flops: 0 }),
      propose,
    };
  }) as never,
});

/** The largest value of each channel that the linears of a stage read. */
async function largest(block: BlockView, stage: number): Promise<Float32Array> {
  const peaks = new Float32Array(block.info.stages[stage]![0]!.in);
  for await (const batch of block.inputs(stage)) {
    const seen = tf.tidy(() => tf.max(tf.abs(batch), 0).dataSync());
    for (const [i, value] of seen.entries()) peaks[i] = Math.max(peaks[i]!, value);
  }
  return peaks;
}

/** Scales every fold by the root of the largest input, as SmoothQuant does. */
const smooth: Transform['propose'] = async (block, { signal }) => {
  throwIfAborted(signal);
  const edits: Edit[] = [];
  for (const { from, into } of block.info.folds) {
    const stage = block.info.stages.findIndex((members) =>
      members.some(({ name }) => into.includes(name)),
    );
    const factors = (await largest(block, stage)).map((value) => Math.sqrt(value) + 0.1);
    edits.push({ op: 'scale', producer: from, consumers: into, factors });
  }
  return { edits };
};

const hadamard = (size: number, seed?: number): LinearMap => ({
  kind: 'hadamard',
  size,
  ...(seed !== undefined && { seed }),
});
/** Without a seed Sylvester's matrix is its own inverse. */
const own = (map: LinearMap): InvertiblePair => ({ forward: map, inverse: map });

/** Folds the norms and rotates the residual stream, once for the whole model, as QuaRot does. */
const rotate: Transform['propose'] = async (block, { signal }) => {
  throwIfAborted(signal);
  if (block.info.index > 0) return { edits: [] };
  const folds = [
    ...tinyModel.blocks.flatMap(({ folds }) => folds.filter(({ kind }) => kind === 'norm')),
    { from: 'model.norm', into: ['lm_head'] },
  ];
  const edits: Edit[] = [];
  for (const { from, into } of folds) {
    const norm = await block.weight(from);
    edits.push({
      op: 'scale',
      producer: from,
      consumers: into,
      factors: Float32Array.from(norm.dataSync()),
    });
    norm.dispose();
  }
  const targets = [
    { name: 'model.embed_tokens', side: 'out' as const },
    { name: 'lm_head', side: 'in' as const },
    ...tinyModel.blocks.flatMap(({ stages }) =>
      stages.flatMap((stage, index) =>
        stage.map(({ name }) => ({
          name,
          side: index % 2 === 0 ? ('in' as const) : ('out' as const),
        })),
      ),
    ),
  ];
  edits.push({ op: 'rotate', targets, map: own(hadamard(hidden)) });
  return { edits };
};

/** A pair of maps that are not orthogonal: I + u vᵀ and its inverse by Sherman and Morrison, 1950. */
function sheared(size: number): InvertiblePair {
  const random = createRandom(size);
  const [u, v] = [0, 1].map(() =>
    Array.from({ length: size }, () => random.normal() / Math.sqrt(size)),
  );
  const product = u!.reduce((sum, value, i) => sum + value * v![i]!, 0);
  const dense = (factor: number): LinearMap => ({
    kind: 'dense',
    size,
    values: Float32Array.from({ length: size * size }, (_, i) => {
      const [row, column] = [Math.floor(i / size), i % size];
      return (row === column ? 1 : 0) + factor * u![row]! * v![column]!;
    }),
  });
  return { forward: dense(1), inverse: dense(-1 / (1 + product)) };
}

/** A map at every site of the block: dense, diagonal, Kronecker and Hadamard; values before what o_proj reads, as they flow. */
const online: Transform['propose'] = async (block, { signal }) => {
  throwIfAborted(signal);
  const halves = new Float32Array(hidden).fill(0.5);
  const doubles = new Float32Array(hidden).fill(2);
  const maps: { readonly [At in OnlineSite['at']]: InvertiblePair } = {
    'qkv-input': {
      forward: { kind: 'diagonal', values: halves },
      inverse: { kind: 'diagonal', values: doubles },
    },
    'gate-up-input': own({ kind: 'kronecker', left: hadamard(4), right: hadamard(8) }),
    'down-input': sheared(intermediate),
    'query-key': sheared(headDim),
    value: sheared(headDim),
    'o-input': sheared(heads * headDim),
  };
  const edits = Object.entries(maps).map(([at, map]): Edit => {
    return { op: 'online', site: { block: block.info.index, at: at as OnlineSite['at'] }, map };
  });
  return { edits };
};

for (const propose of [smooth, rotate, online]) describeQuantizer(moduleOf(propose));

let calls = 0;
const ones = new Float32Array(hidden).fill(1);
/** Proposes something else than {@link smooth} does. */
const changed = (change: (proposal: Proposal) => Partial<Proposal>): QuantizerModule =>
  moduleOf(async (block, context) => {
    const proposal = await smooth(block, context);
    return { ...proposal, ...change(proposal) };
  });
const scaled = (edit: Partial<Edit & { op: 'scale' }>) =>
  changed(({ edits }) => ({ edits: edits.map((given) => ({ ...given, ...edit }) as Edit) }));
const turned = (map: InvertiblePair) =>
  changed(() => ({ edits: [{ op: 'online', site: { block: 0, at: 'qkv-input' }, map }] }));

/** Transforms that are wrong in one way each, by the check that must catch it. */
const broken: readonly (readonly [check: string, how: string, module: QuantizerModule])[] = [
  [
    'does not change what the model computes',
    'a scale that nobody takes back',
    scaled({ consumers: [] }),
  ],
  [
    'does not change what the model computes',
    'a producer that is not there',
    scaled({ producer: 'norm' }),
  ],
  [
    'does not change what the model computes',
    'factors of another width',
    scaled({ factors: ones.slice(1) }),
  ],
  [
    'does not change what the model computes',
    'a pair that is not inverse',
    turned({ forward: hadamard(hidden), inverse: { kind: 'diagonal', values: ones } }),
  ],
  [
    'hints at clips that fit the weights',
    'a clip of another shape',
    changed(() => ({ hints: new Map([['lm_head', { clip: { low: ones, high: ones } }]]) })),
  ],
  [
    'hints at clips that fit the weights',
    'a hint for a linear that is not there',
    changed(() => ({ hints: new Map([['head', {}]]) })),
  ],
  [
    'leaves the model alone where some linears of a group stay in float',
    'a scale that only linears with a scheme take back',
    moduleOf(async (block, context) => {
      const { edits } = await smooth(block, context);
      const rounded = ({ consumers, ...edit }: Edit & { op: 'scale' }) => ({
        ...edit,
        consumers: consumers.filter((name) => block.schemes.has(name)),
      });
      return { edits: edits.map((edit) => (edit.op === 'scale' ? rounded(edit) : edit)) };
    }),
  ],
  [
    'leaves the model alone where some linears of a group stay in float',
    'a hint for a linear that nobody rounds',
    changed(() => ({ hints: new Map([['lm_head', {}]]) })),
  ],
  [
    'proposes the same again',
    'factors that depend on the call',
    changed(({ edits: [first] }) => ({
      edits: [{ ...first, factors: ones.map(() => 1 + calls++) } as Edit],
    })),
  ],
  [
    'frees its tensors',
    'a weight that was not disposed',
    moduleOf(async (block, context) => {
      await block.weight('model.norm');
      return smooth(block, context);
    }),
  ],
  [
    'stops when it is aborted, and frees its tensors then too',
    'a signal that is not heard',
    moduleOf((block, { signal: _, ...context }) => smooth(block, context)),
  ],
];

describe('transformChecks', () => {
  test.each(broken)('"%s" catches %s', async (name, _, module) => {
    await expectCaught(quantizerChecks(module), name);
  });

  test('a seeded Hadamard matrix is orthogonal', async () => {
    const { denseMap, distanceFromOrthogonal } = await import('../tiny/dense-map.js');
    expect(distanceFromOrthogonal(hadamard(16, 7))).toBeLessThan(1e-12);
    expect(denseMap(hadamard(16, 7))).not.toEqual(denseMap(hadamard(16)));
  });

  test('every check of transforms has a failing example', () => {
    const names = quantizerChecks(moduleOf(smooth)).map(({ name }) => name);
    expect([...new Set(broken.map(([name]) => name))]).toEqual(names.slice(4));
  });
});
