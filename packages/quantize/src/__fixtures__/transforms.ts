import { memory } from '@tensorflow/tfjs-core';
import type { Edit, InvertiblePair, Transform } from '@thinkbits/spec';

const base = {
  specificationVersion: 'v1',
  role: 'transform',
  options: {},
  plan: () => ({ issues: [], peakBytes: 0, flops: 0 }),
} as const;

/** Moves the largest input of each channel half into the weights, as SmoothQuant does. */
export const smoothing: Transform = {
  ...base,
  id: 'smoothing',
  needs: { calibration: 'input-statistics' },
  async propose(block) {
    const edits: Edit[] = [];
    for (const [fold, stage] of [block.info.folds[0], block.info.folds[1]].map(
      (fold, index) => [fold, 2 * index] as const,
    )) {
      let largest: Float32Array | undefined;
      for await (const input of block.inputs(stage)) {
        const values = await input.data();
        const channels = input.shape[1];
        largest ??= new Float32Array(channels);
        for (const [i, value] of values.entries())
          largest[i % channels] = Math.max(largest[i % channels] as number, Math.abs(value));
      }
      if (fold && largest)
        edits.push({ op: 'scale', producer: fold.from, consumers: fold.into, factors: largest.map(Math.sqrt) });
    }
    return { edits };
  },
};

const orthogonal = (size: number): InvertiblePair => ({
  forward: { kind: 'hadamard', size },
  inverse: { kind: 'hadamard', size },
});

/** A map and its inverse that are not orthogonal: a shear. */
function shear(size: number): InvertiblePair {
  const matrix = (sign: number) =>
    Float32Array.from({ length: size * size }, (_, i) => {
      const [row, column] = [Math.floor(i / size), i % size];
      return row === column ? 1 : row === 0 ? 0.1 * sign * column : 0;
    });
  return {
    forward: { kind: 'dense', size, values: matrix(1) },
    inverse: { kind: 'dense', size, values: matrix(-1) },
  };
}

/** Folds norms, turns the residual stream, and maps queries, keys, values and the input of down_proj at run time. */
export const turning: Transform = {
  ...base,
  id: 'turning',
  needs: { calibration: 'none' },
  async propose(block, { model }) {
    const { index, stages } = block.info;
    const names = (stage: number) => stages[stage]!.map(({ name }) => name);
    const gamma = async (norm: string) => {
      const tensor = await block.weight(norm);
      const values = new Float32Array(await tensor.data());
      tensor.dispose();
      return values;
    };
    const layer = `model.layers.${index}`;
    const fold = async (producer: string, consumers: string[]): Promise<Edit> => ({
      op: 'scale',
      producer,
      consumers,
      factors: await gamma(producer),
    });
    const edits: Edit[] = [
      await fold(`${layer}.input_layernorm`, names(0)),
      await fold(`${layer}.post_attention_layernorm`, names(2)),
    ];
    const side = (list: string[], where: 'in' | 'out') => list.map((name) => ({ name, side: where }));
    const first = index === 0;
    if (first) edits.push(await fold('model.norm', ['lm_head']));
    edits.push({
      op: 'rotate',
      targets: [
        ...(first ? [...side(['model.embed_tokens'], 'out'), ...side(['lm_head'], 'in')] : []),
        ...side([...names(0), ...names(2)], 'in'),
        ...side([...names(1), ...names(3)], 'out'),
      ],
      map: orthogonal(model.hidden),
    });
    edits.push(
      { op: 'online', site: { block: index, at: 'query-key' }, map: shear(model.headDim) },
      { op: 'online', site: { block: index, at: 'value' }, map: shear(model.headDim) },
      { op: 'online', site: { block: index, at: 'down-input' }, map: orthogonal(16) },
    );
    return { edits };
  },
};

/** Edits nothing, and hints at clips of weights in groups of 16, of what linears read and of the cache. */
export const clipping: Transform = {
  ...base,
  id: 'clipping',
  needs: { calibration: 'none' },
  async propose({ info, schemes, kv }, { model }) {
    const linears = info.stages.flat();
    const bounds = (groups: number) => ({
      low: new Float32Array(groups).fill(-0.2),
      high: new Float32Array(groups).fill(0.1),
    });
    const value = linears.find(({ name }) => name.endsWith('v_proj'))!;
    return {
      edits: [],
      hints: new Map([[value.name, { clip: { ...bounds(value.out * (value.in / 16)), before: shear(model.headDim) } }]]),
      activations: new Map(
        linears.map(({ name }) => {
          const scheme = schemes.get(name)!.activation!;
          const slices = /[on]_proj$/.test(name) ? scheme.tensorParallel : 1;
          const clip = { low: Array(slices).fill(0.9), high: Array(slices).fill(0.7 - 0.1 * info.index) };
          return [name, { ...scheme, clip }];
        }),
      ),
      ...(kv?.key && { kv: { ...kv, key: { ...kv.key, clip: 0.8 } } }),
    };
  },
};

/** Scales a norm and forgets one of the linears that read it. */
export const forgetful: Transform = {
  ...base,
  id: 'forgetful',
  needs: { calibration: 'none' },
  async propose(block) {
    const [fold] = block.info.folds;
    const factors = new Float32Array(32).fill(2);
    return {
      edits: fold
        ? [{ op: 'scale', producer: fold.from, consumers: fold.into.slice(1), factors }]
        : [],
    };
  },
};

/** Tensors alive. */
export const tensorsAlive = (): number => memory().numTensors;
