import { groupCount, groupSize, kvSchemeIssues } from '@thinkbits/numerics';
import {
  allLinears,
  floatFormatProblem,
  type Issue,
  isRowParallel,
  type KvCodec,
  type KvPartScheme,
  type LinearInfo,
  type LinearScheme,
  type ModelInfo,
  type ResolvedSchemes,
} from '@thinkbits/spec';
import { collectIssues } from './collect-issues.js';

/** `3 linears (model.layers.0.mlp.down_proj, …)`: one issue speaks of all linears that share a problem. */
function nameThem(linears: readonly LinearInfo[]): string {
  const [first] = linears;
  return linears.length === 1
    ? (first as LinearInfo).name
    : `${linears.length} linears (${first?.name}, …)`;
}

/** Linears with equal answers together, those without an answer left out. */
function gather(
  linears: readonly LinearInfo[],
  schemes: ReadonlyMap<string, LinearScheme>,
  answer: (linear: LinearInfo, scheme: LinearScheme) => string | undefined,
): [string, LinearInfo[]][] {
  const found = new Map<string, LinearInfo[]>();
  for (const linear of linears) {
    const scheme = schemes.get(linear.name);
    const key = scheme && answer(linear, scheme);
    if (key !== undefined) found.set(key, [...(found.get(key) ?? []), linear]);
  }
  return [...found];
}

/**
 * Dimensions and schemes that do not go together, one issue for all linears that share it.
 *
 * Errors: `group/larger-than-row`, `scheme/float-format`, `scheme/activation-group`, `scheme/tensor-parallel`, `scheme/shared-input`, `kv/…` of the cache.
 * Warnings: `activations/float-weights`, `recipe/empty`. Infos: `group/ragged`, `head/tied`.
 */
export function checkSchemes(model: ModelInfo, schemes: ResolvedSchemes, codec?: KvCodec): Issue[] {
  const linears = allLinears(model);
  const { issues, report } = collectIssues();
  const each = (
    answer: (linear: LinearInfo, scheme: LinearScheme) => string | undefined,
    tell: (what: string, names: string, subject: string) => void,
  ): void => {
    for (const [what, hit] of gather(linears, schemes.linears, answer))
      tell(what, nameThem(hit), (hit[0] as LinearInfo).name);
  };

  each(
    ({ in: columns }, { weight }) =>
      weight && groupSize(columns, weight.group) > columns
        ? `A group of ${weight.group} is larger than a row of ${columns}`
        : undefined,
    (what, names, subject) =>
      report(
        'error',
        'group/larger-than-row',
        subject,
        `${what} in ${names}.`,
        'Take a smaller group, or "channel" for the whole row.',
      ),
  );
  each(
    ({ in: columns }, { weight }) =>
      weight &&
      typeof weight.group === 'number' &&
      groupCount(columns, weight.group) > 1 &&
      columns % weight.group > 0
        ? `Groups of ${weight.group} leave a last group of ${columns % weight.group} columns in a row of ${columns}`
        : undefined,
    (what, names, subject) => report('info', 'group/ragged', subject, `${what}, in ${names}.`),
  );
  each(
    ({ name, in: columns }, { activation }) =>
      activation && isRowParallel(name) && columns % activation.tensorParallel !== 0
        ? `tensorParallel ${activation.tensorParallel} does not divide the ${columns} inputs`
        : undefined,
    (what, names, subject) =>
      report(
        'error',
        'scheme/tensor-parallel',
        subject,
        `${what} of ${names}.`,
        'Take a divisor, or 1 for one scale a token.',
      ),
  );
  each(
    ({ name, in: columns }, { activation }) => {
      if (activation?.group === undefined) return undefined;
      const slices = isRowParallel(name) ? activation.tensorParallel : 1;
      return (columns / slices) % activation.group === 0
        ? undefined
        : `Groups of ${activation.group} do not divide the ${columns / slices} channels of a token`;
    },
    (what, names, subject) =>
      report(
        'error',
        'scheme/activation-group',
        subject,
        `${what} that ${names} reads.`,
        'Take a group that divides them, or leave these linears in float by a rule.',
      ),
  );
  each(
    (_, { weight, activation }) =>
      (weight && floatFormatProblem(weight)) ?? (activation && floatFormatProblem(activation)),
    (what, names, subject) =>
      report(
        'error',
        'scheme/float-format',
        subject,
        `${what}, in ${names}.`,
        'Leave out what the format says itself: { "bits": …, "float": { … } } is enough.',
      ),
  );
  for (const { stages } of model.blocks) {
    for (const group of stages) {
      const given = group.map(({ name }) => schemes.linears.get(name)?.activation);
      if (given.every((scheme) => JSON.stringify(scheme) === JSON.stringify(given[0]))) continue;
      report(
        'error',
        'scheme/shared-input',
        (group[0] as LinearInfo).name,
        `${group.map(({ name }) => name).join(', ')} read one activation and ask for different schemes of it.`,
        'Give linears that share an input the same activation scheme.',
      );
    }
  }
  each(
    (_, { activation, weight }) =>
      activation && !weight
        ? `Activations have ${activation.bits} bits and weights stay in float`
        : undefined,
    (what, names, subject) =>
      report(
        'warning',
        'activations/float-weights',
        subject,
        `${what}, in ${names}.`,
        'Give weight bits as well to compute in integers.',
      ),
  );
  if (model.head.tiedTo !== undefined && schemes.linears.get(model.head.name)?.weight) {
    report(
      'info',
      'head/tied',
      model.head.name,
      `${model.head.name} shares its table with ${model.head.tiedTo}: one packed copy serves both.`,
    );
  }
  if (schemes.kv) {
    const { key, value } = schemes.kv;
    // A codec that calibrates will give the static grids that the scheme leaves room for.
    const calibrates = codec !== undefined && codec.needs.calibration !== 'none';
    const given = (part: KvPartScheme | undefined): boolean =>
      calibrates && part?.axis === 'channel' && part.group === 'head';
    const halves = { keys: given(key), values: given(value) };
    issues.push(...kvSchemeIssues(schemes.kv, model.headDim, halves));
  }
  if (schemes.linears.size === 0 && !schemes.kv?.key && !schemes.kv?.value) {
    report(
      'warning',
      'recipe/empty',
      'recipe',
      'The recipe quantizes nothing.',
      'Give bits for weights, activations or KV cache.',
    );
  }
  return issues;
}
