import {
  floatFormatName,
  floatFormatProblem,
  type Issue,
  type KvPartScheme,
  type KvScheme,
  ThinkbitsError,
} from '@thinkbits/spec';

/** The halves of a cache whose static grids a codec gives, or will give. */
export interface StaticHalves {
  readonly keys?: boolean;
  readonly values?: boolean;
}

function refuse(code: string, message: string, help: string): never {
  throw new ThinkbitsError({ code, message, help });
}

function checkRange({ range, symmetric, clip }: KvPartScheme, name: string): void {
  if (range !== 'float-minimum') return;
  if (symmetric) {
    const message = `The KV scheme asks for symmetric ${name} above a float minimum.`;
    refuse('kv/range', message, 'Leave symmetric out, or take another range rule.');
  }
  if (clip !== 1) {
    const message = `The KV scheme clips ${name} whose range need not contain 0.`;
    refuse('kv/range', message, 'Leave clip out: ratios shrink a range towards 0.');
  }
}

/** Floats: a dynamic scale per token, of a format that needs none of a whole tensor. */
function checkFloat(part: KvPartScheme, name: string, isStatic: boolean): void {
  if (!part.float) return;
  const problem =
    part.axis !== 'token' || isStatic
      ? 'floats have a scale per token, and the scheme asks for one per channel'
      : part.float.scale === 'e4m3'
        ? `${floatFormatName(part.float)} has a scale of the whole tensor, which a cache never has`
        : floatFormatProblem(part);
  if (problem === undefined) return;
  const help = 'Take mxfp4, mxfp8 or fp8 as it is, for example { "bits": 4, "float": { … } }.';
  refuse('kv/float-format', `The ${name}: ${problem}.`, help);
}

/** A scale per channel: over groups of tokens, or a static one over all of them. */
function checkChannels(part: KvPartScheme, name: string, window: number, isStatic: boolean): void {
  const { group } = part;
  if (isStatic !== (group === 'head')) {
    refuse(
      'kv/static-grid',
      isStatic
        ? `The ${name} have a static grid, and the KV scheme asks for groups of ${group} tokens.`
        : `One scale per channel of the ${name}, for all tokens there will be, takes a static grid.`,
      'Static grids come from a codec that calibrates (kvquant), with the group "head"; else give a group of tokens.',
    );
  }
  if (group === 'head') return;
  if (group < 1 || window < 1 || window % group !== 0) {
    refuse(
      'kv/window',
      `Groups of ${group} tokens of the ${name} and a window of ${window} do not go together.`,
      'A group is quantized when it is there: the window must be a multiple of the group, for example 128 for 32.',
    );
  }
}

function checkPart(
  part: KvPartScheme | undefined,
  name: string,
  headDim: number,
  window: number,
  isStatic: boolean,
): void {
  if (!part) {
    if (!isStatic) return;
    refuse('kv/static-grid', `The ${name} have a static grid and no bits.`, 'Give them bits.');
  }
  if (![2, 3, 4, 8].includes(part.bits)) {
    throw new ThinkbitsError({
      code: 'kv/bits',
      message: `The KV scheme asks for ${part.bits}-bit ${name}.`,
      help: 'Keys and values take 2, 3, 4 or 8 bits; leave a half out to keep it in float.',
      details: { bits: part.bits },
    });
  }
  checkRange(part, name);
  checkFloat(part, name, isStatic);
  if (part.axis === 'channel') {
    checkChannels(part, name, window, isStatic);
    return;
  }
  if (isStatic) {
    const message = `The ${name} have a static grid, and the KV scheme asks for a scale per token.`;
    refuse('kv/static-grid', message, 'Static grids are per channel: axis "channel".');
  }
  if (part.group !== 'head' && (part.group < 1 || headDim % part.group !== 0)) {
    throw new ThinkbitsError({
      code: 'kv/group',
      message: `A group of ${part.group} ${name} channels does not divide the head dimension ${headDim}.`,
      help: `Use "head" or a divisor of ${headDim}.`,
      details: { group: part.group, headDim },
    });
  }
}

/** One check for each half. */
function checksOf(
  { key, value, window }: KvScheme,
  headDim: number,
  { keys = false, values = false }: StaticHalves,
): { readonly subject: string; readonly check: () => void }[] {
  return [
    { subject: 'kv.key', check: () => checkPart(key, 'keys', headDim, window, keys) },
    { subject: 'kv.value', check: () => checkPart(value, 'values', headDim, window, values) },
  ];
}

/**
 * Whether a cache can store what a scheme asks for.
 * @throws ThinkbitsError `kv/bits`, `kv/group`, `kv/range`, `kv/window`, `kv/static-grid`, `kv/float-format`
 */
export function checkKvScheme(scheme: KvScheme, headDim: number, given: StaticHalves = {}): void {
  for (const { check } of checksOf(scheme, headDim, given)) check();
}

/** What {@link checkKvScheme} finds wrong with either half, for plans. */
export function kvSchemeIssues(
  scheme: KvScheme,
  headDim: number,
  given: StaticHalves = {},
): Issue[] {
  return checksOf(scheme, headDim, given).flatMap(({ subject, check }): Issue[] => {
    try {
      check();
      return [];
    } catch (error) {
      if (!ThinkbitsError.isInstance(error)) throw error;
      const { code, message, help } = error;
      return [{ severity: 'error', code, subject, message, help }];
    }
  });
}
