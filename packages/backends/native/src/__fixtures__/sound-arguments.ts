import type { RandomSource } from '@thinkbits/spec';
import type { Addon } from '../addon.js';

/** What small arguments are made of. */
export interface ArgumentMaker {
  readonly random: RandomSource;
  readonly addon: Addon;
  /** What was made for a call, and is freed after it. */
  readonly made: { readonly linears: Set<number>; readonly stacks: Set<number> };
}

const kept = (handles: Set<number>, handle: number): number => {
  handles.add(handle);
  return handle;
};

const floatWeight = ({ addon, made }: ArgumentMaker, inputs = 24, outputs = 20): number =>
  kept(made.linears, addon.createLinear(inputs, outputs));

/** 64 inputs in two groups, 20 outputs, 4 bits. */
const codeWeight = ({ addon, made }: ArgumentMaker): number =>
  kept(
    made.linears,
    addon.createCodes(64, 20, 4, 2, 32, new Int32Array(), new Float32Array(), false),
  );

const stackLayers = 2;
/** Layers that nothing is set of: width 8, two heads of 4 channels that share keys and values. */
const emptyStack = ({ addon, made }: ArgumentMaker): number =>
  kept(made.stacks, addon.createStack(stackLayers, 8, 2, 1, 4, 1e-6));

const floats = ({ random }: ArgumentMaker, size: number): Float32Array =>
  Float32Array.from({ length: size }, () => random.normal());
const size = ({ random }: ArgumentMaker): number => random.integer(9);
const yes = ({ random }: ArgumentMaker): boolean => random.integer(2) === 1;

/** A map of four channels, as structure and values: of any kind. */
function mapOfChannels(maker: ArgumentMaker): [Int32Array, Float32Array] {
  const order = maker.random.integer(3);
  const kinds: readonly (readonly [structure: readonly number[], values: number])[] = [
    [[0, 4], 4],
    [[1, 4], 16],
    [[2, 1, 2, 0, 2], 6],
    [[3, 2, 1, 3, 0, 1], 10],
    [[4, 1, 4, order], 1 + (order > 0 ? 4 : 0)],
  ];
  const [structure, values] = kinds[maker.random.integer(kinds.length)] as (typeof kinds)[number];
  return [Int32Array.from(structure), floats(maker, values)];
}

/** A binary operation of any of `count` kinds: each operand is whole, a scalar, a row or a column. */
function pair(maker: ArgumentMaker, count: number, out: (size: number) => unknown): unknown[] {
  const [outer, inner] = [size(maker), size(maker)];
  const operands = [maker.random.integer(4), maker.random.integer(4)] as const;
  const [a, b] = operands.map((kind) =>
    floats(maker, [outer * inner, 1, inner, outer][kind] as number),
  );
  return [maker.random.integer(count), a, b, out(outer * inner), outer, inner, ...operands];
}

/**
 * A cache of one row in pages of four tokens, heads of 4-bit codes: `before` tokens are there and `count` come. Grids are of any kind; the last
 * tokens may wait in a window, which some leave as others come.
 */
function cache(maker: ArgumentMaker, kvHeads: number, headDim: number, layers = 1) {
  const [pageTokens, axis] = [4, maker.random.integer(3)];
  // tokens that share a grid wait until all of them are there
  const waits = axis === 1 || yes(maker);
  const block = axis === 1 ? pageTokens * (1 + maker.random.integer(2)) : 1;
  const keep = waits ? size(maker) : 0;
  const [before, count] = [2 * size(maker), 1 + size(maker)];
  const settledAfter = (tokens: number) =>
    Math.max(0, Math.floor((tokens - keep) / block) * block);
  const held = Math.ceil(settledAfter(before + count) / pageTokens);
  // codes, then scale and zero of every token, or of every channel
  const codes = (pageTokens * headDim) / 2;
  const headBytes = codes + 8 * Math.max(pageTokens, headDim);
  const pageBytes = kvHeads * headBytes;
  const grids = 2 * held * pageBytes;
  const window = grids + 12 * kvHeads * headDim;
  const ones = new Int32Array(Float32Array.of(1, 1).buffer);
  const kind = maker.random.integer(axis === 0 ? 4 : 3);
  const format = Int32Array.of(
    ...[4, headDim, kind, headDim / 2, headBytes, codes, maker.random.integer(2), ...ones],
    ...[0, maker.random.integer(3), pageTokens, axis, grids, keep, block],
  );
  const pages = Int32Array.from({ length: 2 * held }, (_, page) => page * pageBytes);
  const room = (before + count - settledAfter(before)) * headDim; // floats of a head
  const memory = new Uint8Array(window + 4 * kvHeads * room);
  const row = [0, count, before, 0, window, room, held, window, room];
  const rows = Int32Array.from(Array.from({ length: layers }, () => row).flat());
  return { count, before, format, pages, memory, rows };
}

/** A block of columns that are rounded with error feedback, one group to a row, and some positions of it. */
function block(maker: ArgumentMaker) {
  const [rows, start, width] = [size(maker), size(maker), 1 + size(maker)];
  const columns = start + width + size(maker);
  const from = start + maker.random.integer(width + 1);
  const to = from + maker.random.integer(start + width - from + 1);
  const kind = maker.random.integer(4); // integers, or a kind of floats
  return {
    ...{ rows, columns, from, to },
    work: floats(maker, rows * columns),
    errors: floats(maker, rows * width),
    upper: floats(maker, columns * columns),
    numbers: Int32Array.of(rows, columns, start, start + width, from, to, 1, 0, 15, kind),
  };
}

/**
 * Sound arguments of every function that the addon exports: what the fuzzing of its arguments starts from. A function that is
 * not here fails the test of them.
 */
export const soundArguments: {
  readonly [Name in keyof Addon]: (maker: ArgumentMaker) => unknown[];
} = {
  configure: (maker) => [1 + maker.random.integer(3), '', false],
  preferLargePages: (maker) => [floats(maker, yes(maker) ? 2 ** 20 : size(maker))],
  matmul(maker) {
    const [batch, m, k, n] = [size(maker), size(maker), size(maker), size(maker)];
    const shared = yes(maker);
    const b = floats(maker, (shared ? 1 : batch) * k * n);
    const a = floats(maker, batch * m * k);
    const c = new Float32Array(batch * m * n);
    return [a, b, c, batch, m, k, n, yes(maker), yes(maker), m * k, shared ? 0 : k * n];
  },
  addGram(maker) {
    const [tokens, width] = [size(maker), size(maker)];
    return [floats(maker, tokens * width), new Float32Array(width * width), tokens, width];
  },
  subtractProduct(maker) {
    const [m, k, n] = [1 + size(maker), 1 + size(maker), 1 + size(maker)];
    const transposeB = yes(maker);
    const matrix = (rows: number, columns: number) => [
      floats(maker, 3 + rows * (columns + 2)),
      3,
      columns + 2,
    ];
    const b = transposeB ? matrix(n, k) : matrix(k, n);
    return [...matrix(m, n), ...matrix(m, k), ...b, m, k, n, transposeB];
  },
  quadraticTrace(maker) {
    const [rows, width] = [size(maker), size(maker)];
    return [floats(maker, rows * width), floats(maker, width * width), rows, width];
  },
  mirrorScaled(maker) {
    const width = size(maker);
    return [floats(maker, width * width), width, maker.random.normal()];
  },
  reorderSquare(maker) {
    const width = size(maker);
    const order = Int32Array.from({ length: width }, () => maker.random.integer(width));
    return [floats(maker, width * width), order, new Float32Array(width * width)];
  },
  joinProduct(maker) {
    const [tokens, columns, out, start] = [size(maker), size(maker), size(maker), size(maker)];
    const width = start + out + size(maker);
    const y = new Float32Array(tokens * width);
    const weight = floats(maker, out * columns);
    return [floats(maker, tokens * columns), weight, y, tokens, columns, out, start, width];
  },
  copyFinite(maker) {
    const count = size(maker);
    return [floats(maker, count), new Float32Array(count)];
  },
  factorPanel(maker) {
    const [left, width] = [size(maker), size(maker)];
    const order = left + width + size(maker);
    return [floats(maker, order * order), order, left, left + width];
  },
  solveRows(maker) {
    const [top, count, width] = [size(maker), size(maker), size(maker)];
    const order = top + count + size(maker);
    const matrix = floats(maker, order * order);
    return [matrix, order, top, top + count, floats(maker, count * width), width];
  },
  correctColumns(maker) {
    const { work, errors, upper, numbers, rows, from, to } = block(maker);
    const out = new Float32Array(rows * (to - from));
    return yes(maker)
      ? [work, errors, errors.slice(), upper, upper.slice(), out, numbers]
      : [work, errors, new Float32Array(), upper, new Float32Array(), out, numbers];
  },
  sweepColumns(maker) {
    const { work, errors, upper, numbers, rows, columns } = block(maker);
    const codes = new Uint8Array(rows * columns);
    const grids = [floats(maker, rows), floats(maker, rows)];
    const positions = Int32Array.from({ length: columns }, (_, position) => position);
    const drift = yes(maker) ? [errors.slice(), upper.slice()] : [new Float32Array(0)];
    const [minus, response = new Float32Array(0)] = drift;
    const where = [new Int32Array(columns), positions];
    return [work, codes, errors, minus, upper, response, ...grids, ...where, numbers];
  },
  createLinear: (maker) => [1 + size(maker), 1 + size(maker)],
  createCodes(maker) {
    const [bits, groups] = [2 + maker.random.integer(3), 1 + maker.random.integer(3)];
    const order = Int32Array.from({ length: 32 * groups }, (_, at) => (at % 32 === 31 ? -1 : at));
    const levels = yes(maker) ? floats(maker, 2 ** bits) : new Float32Array();
    return [32 * groups, 20, bits, groups, 32, yes(maker) ? order : new Int32Array(), levels, yes(maker)];
  },
  fillLinear: (maker) => [floatWeight(maker), floats(maker, 3 * 24), maker.random.integer(18), 3],
  fillCodes: (maker) => [
    codeWeight(maker),
    Uint8Array.from({ length: 3 * 64 }, () => maker.random.integer(16)),
    floats(maker, 3 * 2),
    floats(maker, 3 * 2),
    maker.random.integer(18),
    3,
  ],
  applyLinear(maker) {
    const rows = size(maker);
    const [weight, inputs] = yes(maker) ? [floatWeight(maker), 24] : [codeWeight(maker), 64];
    return [weight, floats(maker, rows * inputs), new Float32Array(rows * 20), rows];
  },
  plansRounded: (maker) => [codeWeight(maker), 32 * (1 + maker.random.integer(2))],
  applyRounded(maker) {
    const [rows, groups] = [size(maker), 1 + maker.random.integer(2)];
    const ratios = [floats(maker, groups), floats(maker, groups)];
    const arrays = [floats(maker, rows * 64), new Float32Array(rows * 20)];
    const bits = 2 + maker.random.integer(7);
    return [codeWeight(maker), ...arrays, rows, 64 / groups, bits, yes(maker), ...ratios];
  },
  disposeLinear: (maker) => [yes(maker) ? floatWeight(maker) : codeWeight(maker)],
  binary: (maker) => pair(maker, 7, (count) => new Float32Array(count)),
  compare: (maker) => pair(maker, 6, (count) => new Uint8Array(count)),
  widen(maker) {
    const count = size(maker);
    return [new Uint8Array(count), new Float32Array(count)];
  },
  clip(maker) {
    const count = size(maker);
    return [floats(maker, count), new Float32Array(count), -1, 1];
  },
  select(maker) {
    const count = size(maker);
    const condition = Uint8Array.from({ length: count }, () => maker.random.integer(2));
    return [condition, floats(maker, count), floats(maker, count), new Float32Array(count)];
  },
  unary(maker) {
    const count = size(maker);
    return [maker.random.integer(13), floats(maker, count), new Float32Array(count)];
  },
  reduce(maker) {
    const [rows, width] = [size(maker), size(maker)];
    const alongRows = yes(maker);
    const out = new Float32Array(alongRows ? rows : width);
    return [maker.random.integer(4), floats(maker, rows * width), out, rows, width, alongRows];
  },
  softmax(maker) {
    const [rows, width] = [size(maker), size(maker)];
    return [floats(maker, rows * width), new Float32Array(rows * width), rows, width];
  },
  rmsNorm(maker) {
    const [rows, width] = [size(maker), size(maker)];
    const out = new Float32Array(rows * width);
    return [floats(maker, rows * width), floats(maker, width), out, rows, width, 1e-6];
  },
  swiglu(maker) {
    const [rows, width] = [size(maker), size(maker)];
    return [floats(maker, 2 * rows * width), new Float32Array(rows * width), rows, width];
  },
  rotate(maker) {
    const [tokens, heads, half] = [size(maker), 1 + size(maker), 1 + size(maker)];
    const count = tokens * heads * 2 * half;
    const positions = Int32Array.from({ length: tokens }, () => maker.random.integer(5));
    const tables = [floats(maker, 5 * half), floats(maker, 5 * half)];
    return [floats(maker, count), new Float32Array(count), positions, ...tables, heads, half];
  },
  transpose(maker) {
    const [batch, rows, columns] = [size(maker), size(maker), size(maker)];
    const count = batch * rows * columns;
    return [floats(maker, count), new Float32Array(count), batch, rows, columns];
  },
  roundTokens(maker) {
    const [tokens, group, groups] = [size(maker), 1 + size(maker), 1 + size(maker)];
    const count = tokens * group * groups;
    const ratios = [floats(maker, groups), floats(maker, groups)];
    const bits = 2 + maker.random.integer(7);
    const x = floats(maker, count);
    return [x, new Float32Array(count), tokens, group, bits, yes(maker), ...ratios];
  },
  roundTokensToFloats(maker) {
    const [tokens, group, groups] = [size(maker), 1 + size(maker), 1 + size(maker)];
    const x = floats(maker, tokens * group * groups);
    const format = [maker.random.integer(3), maker.random.integer(4)];
    const ratios = [floats(maker, groups), floats(maker, groups)];
    return [x, new Float32Array(x.length), tokens, group, ...format, ...ratios];
  },
  hadamard(maker) {
    const [rows, power] = [size(maker), 2 ** maker.random.integer(5)];
    const count = 2 * rows * power;
    const signs = Int8Array.of(1, 1, 1, -1);
    return [floats(maker, count), new Float32Array(count), rows, 2, power, signs];
  },
  copyRows(maker) {
    const [rows, width] = [size(maker), size(maker)];
    const count = 2 + rows * (width + 3);
    const [from, to] = [floats(maker, count), new Float32Array(count)];
    return [from, 2, width + 3, to, 1, width + 1, rows, width];
  },
  gatherRows(maker) {
    const [count, width] = [size(maker), 1 + size(maker)];
    const indices = Int32Array.from({ length: count }, () => maker.random.integer(4));
    return [floats(maker, 4 * width), indices, new Float32Array(count * width), width];
  },
  storeTokens(maker) {
    const [kvHeads, headDim] = [2, 8];
    const { count, format, pages, memory, rows } = cache(maker, kvHeads, headDim);
    const [key, value] = [0, 1].map(() => floats(maker, count * kvHeads * headDim));
    return [key, value, memory, pages, rows, format, format, kvHeads, headDim];
  },
  attention(maker) {
    const [heads, kvHeads, headDim] = [4, 2, 8];
    const { count, before, format, pages, memory, rows } = cache(maker, kvHeads, headDim);
    const query = floats(maker, count * heads * headDim);
    const shape = [heads, kvHeads, headDim];
    const positions = yes(maker) ? before + count : 0;
    const tables = [0, 1].map(() => floats(maker, (positions * headDim) / 2));
    return [query, new Float32Array(query.length), memory, pages, rows, format, format, ...shape, ...tables];
  },
  createStack: (maker) => [1 + size(maker), 8, 4, 2, 2 * (1 + size(maker)), 1e-6],
  setStackNorms: (maker) => [
    emptyStack(maker),
    maker.random.integer(stackLayers),
    ...[8, 8, 4, 4].map((width) => floats(maker, width)),
  ],
  setStackStage(maker) {
    const stage = maker.random.integer(4);
    const groups = 1 + size(maker);
    return [
      ...[emptyStack(maker), maker.random.integer(stackLayers), stage, floatWeight(maker)],
      ...[floats(maker, 20), 8, yes(maker), 3, floats(maker, groups), floats(maker, groups)],
      ...[maker.random.integer(4) - 1, maker.random.integer(4)],
    ];
  },
  setStackMap(maker) {
    const map = mapOfChannels(maker);
    return [emptyStack(maker), maker.random.integer(stackLayers), maker.random.integer(7), ...map];
  },
  runStack(maker) {
    const stack = emptyStack(maker);
    const none = new Float32Array();
    for (let layer = 0; layer < stackLayers; layer++) {
      maker.addon.setStackNorms(stack, layer, floats(maker, 8), floats(maker, 8), none, none);
      const widths = [[8, 16], [8, 8], [8, 12], [6, 8]] as const;
      for (const [stage, [inputs, outputs]] of widths.entries()) {
        const weight = floatWeight(maker, inputs, outputs);
        const ratios = new Float32Array(1).fill(1);
        const bits = yes(maker) ? 8 : 0;
        const codes = [maker.random.integer(4) - 1, maker.random.integer(4)] as const;
        maker.addon.setStackStage(stack, layer, stage, weight, none, bits, false, inputs, ratios, ratios, ...codes);
      }
    }
    for (const place of [0, 1, 2, 4, 5, 6]) {
      if (yes(maker)) maker.addon.setStackMap(stack, 0, place, ...mapOfChannels(maker));
    }
    const { count, before, format, pages, memory, rows } = cache(maker, 1, 4, stackLayers);
    const positions = Int32Array.from({ length: count }, (_, token) => before + token);
    const tables = [0, 1].map(() => floats(maker, 2 * (before + count)));
    const layer = [...format, ...format, maker.random.integer(2)];
    const formats = Int32Array.from(Array.from({ length: stackLayers }, () => layer).flat());
    const hidden = floats(maker, 8 * count);
    return [stack, hidden, positions, ...tables, memory, pages, rows, formats];
  },
  disposeStack: (maker) => [emptyStack(maker)],
  sampleTokens(maker) {
    const [rows, vocabulary] = [size(maker), 1 + size(maker)];
    const choices = Float64Array.from({ length: 5 * rows }, (_, at) =>
      at % 5 === 1 ? maker.random.integer(4) : maker.random.next(),
    );
    const logits = floats(maker, rows * vocabulary);
    if (yes(maker)) logits.fill(Number.NaN);
    return [logits, choices, new Int32Array(rows)];
  },
};
