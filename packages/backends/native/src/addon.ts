import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { arch, env, platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import { ThinkbitsError } from '@thinkbits/spec';
import { firstLine, loadBinary } from './load-binary.js';

/** Which set of kernels runs, and on how many threads. */
export interface NativeConfiguration {
  /** The kernels in use: `amx`, `avx512bf16`, `avx512vnni`, `avx512`, `avx2vnni`, `avx2`, `neondot` or `baseline`. */
  readonly set: string;
  /** Sets that this binary and processor have, best first. */
  readonly sets: readonly string[];
  readonly threads: number;
  /** Whether products with packed weights are in bfloat16. */
  readonly pairs: boolean;
  /** Whether the set multiplies bytes and adds up fours in one instruction: codes are then multiplied faster than floats. */
  readonly dotsOfBytes: boolean;
}

/**
 * What native/ exports. Lengths are checked there: a wrong argument throws a TypeError with code `native/argument` and
 * nothing is read or written. Matrices are row-major.
 */
export interface Addon {
  configure(threads: number, set: string, pairs: boolean): NativeConfiguration;
  matmul(
    a: Float32Array,
    b: Float32Array,
    c: Float32Array,
    batch: number,
    rows: number,
    depth: number,
    columns: number,
    transposeA: boolean,
    transposeB: boolean,
    aBatch: number,
    bBatch: number,
  ): void;
  /** Asks for large pages where the array's memory has room for them. */
  preferLargePages(x: Float32Array): void;
  addGram(x: Float32Array, sum: Float32Array, tokens: number, size: number): void;
  subtractProduct(
    c: Float32Array,
    cStart: number,
    cRow: number,
    a: Float32Array,
    aStart: number,
    aRow: number,
    b: Float32Array,
    bStart: number,
    bRow: number,
    rows: number,
    depth: number,
    columns: number,
    transposeB: boolean,
  ): void;
  quadraticTrace(d: Float32Array, h: Float32Array, rows: number, size: number): number;
  mirrorScaled(matrix: Float32Array, size: number, factor: number): void;
  reorderSquare(matrix: Float32Array, order: Int32Array, out: Float32Array): void;
  joinProduct(
    x: Float32Array,
    weight: Float32Array,
    y: Float32Array,
    tokens: number,
    columns: number,
    out: number,
    start: number,
    width: number,
  ): void;
  /** Whether all are finite. */
  copyFinite(from: Float32Array, to: Float32Array): boolean;
  factorPanel(matrix: Float32Array, size: number, left: number, right: number): boolean;
  solveRows(
    matrix: Float32Array,
    size: number,
    top: number,
    bottom: number,
    x: Float32Array,
    width: number,
  ): void;
  correctColumns(
    work: Float32Array,
    errors: Float32Array,
    minusWeights: Float32Array,
    upper: Float32Array,
    response: Float32Array,
    out: Float32Array,
    numbers: Int32Array,
  ): void;
  sweepColumns(
    work: Float32Array,
    codes: Uint8Array,
    errors: Float32Array,
    minusWeights: Float32Array,
    upper: Float32Array,
    response: Float32Array,
    scales: Float32Array,
    zeros: Float32Array,
    groupOf: Int32Array,
    order: Int32Array,
    numbers: Int32Array,
  ): void;
  createLinear(columns: number, rows: number): number;
  createCodes(
    columns: number,
    rows: number,
    bits: number,
    groups: number,
    groupDepth: number,
    order: Int32Array,
    levels: Float32Array,
    byteZeros: boolean,
  ): number;
  fillCodes(
    handle: number,
    codes: Uint8Array,
    scales: Float32Array,
    zeros: Float32Array,
    row: number,
    rows: number,
  ): void;
  fillLinear(handle: number, weight: Float32Array, row: number, rows: number): void;
  applyLinear(handle: number, x: Float32Array, y: Float32Array, rows: number): void;
  plansRounded(handle: number, group: number): boolean;
  applyRounded(
    handle: number,
    x: Float32Array,
    y: Float32Array,
    rows: number,
    group: number,
    bits: number,
    symmetric: boolean,
    lows: Float32Array,
    highs: Float32Array,
  ): void;
  disposeLinear(handle: number): void;
  binary(
    op: number,
    a: Float32Array,
    b: Float32Array,
    out: Float32Array,
    outer: number,
    inner: number,
    aOperand: number,
    bOperand: number,
  ): void;
  compare(
    op: number,
    a: Float32Array,
    b: Float32Array,
    out: Uint8Array,
    outer: number,
    inner: number,
    aOperand: number,
    bOperand: number,
  ): void;
  widen(x: Uint8Array, out: Float32Array): void;
  clip(x: Float32Array, out: Float32Array, low: number, high: number): void;
  select(condition: Uint8Array, a: Float32Array, b: Float32Array, out: Float32Array): void;
  unary(op: number, x: Float32Array, out: Float32Array): void;
  reduce(
    op: number,
    x: Float32Array,
    out: Float32Array,
    rows: number,
    width: number,
    alongRows: boolean,
  ): void;
  softmax(x: Float32Array, out: Float32Array, rows: number, width: number): void;
  rmsNorm(
    x: Float32Array,
    weight: Float32Array,
    out: Float32Array,
    rows: number,
    width: number,
    epsilon: number,
  ): void;
  swiglu(gateUp: Float32Array, out: Float32Array, rows: number, width: number): void;
  rotate(
    x: Float32Array,
    out: Float32Array,
    positions: Int32Array,
    cosines: Float32Array,
    sines: Float32Array,
    heads: number,
    half: number,
  ): void;
  transpose(x: Float32Array, out: Float32Array, batch: number, rows: number, columns: number): void;
  roundTokens(
    x: Float32Array,
    out: Float32Array,
    tokens: number,
    group: number,
    bits: number,
    symmetric: boolean,
    lows: Float32Array,
    highs: Float32Array,
  ): void;
  roundTokensToFloats(
    x: Float32Array,
    out: Float32Array,
    tokens: number,
    group: number,
    element: number,
    scale: number,
    lows: Float32Array,
    highs: Float32Array,
  ): void;
  hadamard(
    x: Float32Array,
    out: Float32Array,
    rows: number,
    base: number,
    power: number,
    signs: Int8Array,
  ): void;
  copyRows(
    from: Float32Array,
    fromStart: number,
    fromStride: number,
    to: Float32Array,
    toStart: number,
    toStride: number,
    rows: number,
    width: number,
  ): void;
  gatherRows(from: Float32Array, indices: Int32Array, to: Float32Array, width: number): void;
  storeTokens(
    key: Float32Array,
    value: Float32Array,
    memory: Uint8Array,
    pages: Int32Array,
    rows: Int32Array,
    keys: Int32Array,
    values: Int32Array,
    kvHeads: number,
    headDim: number,
  ): void;
  /** @param cosines, sines of all positions, where keys are rotated as they are read; else empty */
  attention(
    query: Float32Array,
    output: Float32Array,
    memory: Uint8Array,
    pages: Int32Array,
    rows: Int32Array,
    keys: Int32Array,
    values: Int32Array,
    heads: number,
    kvHeads: number,
    headDim: number,
    cosines: Float32Array,
    sines: Float32Array,
  ): void;
  createStack(
    layers: number,
    hidden: number,
    heads: number,
    kvHeads: number,
    headDim: number,
    epsilon: number,
  ): number;
  setStackNorms(
    handle: number,
    layer: number,
    inputNorm: Float32Array,
    postAttentionNorm: Float32Array,
    queryNorm: Float32Array,
    keyNorm: Float32Array,
  ): void;
  setStackStage(
    handle: number,
    layer: number,
    stage: number,
    linear: number,
    bias: Float32Array,
    bits: number,
    symmetric: boolean,
    group: number,
    lows: Float32Array,
    highs: Float32Array,
    element: number,
    scale: number,
  ): void;
  setStackMap(
    handle: number,
    layer: number,
    place: number,
    structure: Int32Array,
    values: Float32Array,
  ): void;
  runStack(
    handle: number,
    hidden: Float32Array,
    positions: Int32Array,
    cosines: Float32Array,
    sines: Float32Array,
    memory: Uint8Array,
    pages: Int32Array,
    rows: Int32Array,
    formats: Int32Array,
  ): void;
  disposeStack(handle: number): void;
  sampleTokens(logits: Float32Array, choices: Float64Array, ids: Int32Array): void;
}

/** The addon, or why there is none. */
export type LoadedAddon = { readonly addon: Addon } | { readonly why: string };

let loaded: LoadedAddon | undefined;

/**
 * Loads the binary of this platform, once; or the file that THINKBITS_NATIVE_BINARY names, from the working directory on.
 * @throws ThinkbitsError `native/binary` (usage) where that file does not load: nothing takes its place
 */
export function loadAddon(): LoadedAddon {
  loaded ??= open();
  return loaded;
}

/** Another build of the same sources, as the sanitizers' (scripts/sanitize.mjs), whatever its file is called. */
function openNamed(file: string): LoadedAddon {
  const holder = { exports: {} };
  try {
    process.dlopen(holder, resolve(file));
  } catch (error) {
    throw new ThinkbitsError({
      code: 'native/binary',
      category: 'usage',
      message: `THINKBITS_NATIVE_BINARY is ${file}, which does not load: ${firstLine(error)}.`,
      help: 'Correct THINKBITS_NATIVE_BINARY, or unset it: the installed binary is loaded then.',
      details: { file },
      cause: error,
    });
  }
  return { addon: holder.exports as Addon };
}

function open(): LoadedAddon {
  if (env.THINKBITS_NATIVE_BINARY) return openNamed(env.THINKBITS_NATIVE_BINARY);
  const require = createRequire(import.meta.url);
  const built = fileURLToPath(new URL(`../build/${platform}-${arch}`, import.meta.url));
  const prebuilt = `@thinkbits/backend-native-${platform}-${arch}`;
  const { optionalDependencies } = require('../package.json');
  const isMade = Object.hasOwn(optionalDependencies, prebuilt);
  const loaded = loadBinary({ built, prebuilt: isMade ? prebuilt : undefined, require });
  return 'why' in loaded ? loaded : { addon: loaded.binary as Addon };
}
