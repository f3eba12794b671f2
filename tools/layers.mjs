/** The layer rule as data: where a package stands and what it may import (docs/architecture.md). */

/**
 * @typedef {object} Standing
 * @property {number} layer 0 contracts, 1 core, 2 leaves, 3 verbs, 4 apps
 * @property {number} rank order within the core; equal ranks do not import each other
 * @property {'contract' | 'core' | 'leaf' | 'verb' | 'app' | 'kit' | 'model' | 'tool'} kind
 * @property {'none' | 'node-folder' | 'anywhere'} builtins where Node built-ins may be imported
 */

/** @type {Record<string, Standing>} */
const named = {
  'packages/spec': { layer: 0, rank: 0, kind: 'contract', builtins: 'none' },
  'packages/numerics': { layer: 1, rank: 1, kind: 'core', builtins: 'none' },
  'packages/validation': { layer: 1, rank: 1, kind: 'core', builtins: 'none' },
  'packages/ops': { layer: 1, rank: 2, kind: 'core', builtins: 'none' },
  'packages/checkpoint': { layer: 1, rank: 3, kind: 'core', builtins: 'node-folder' },
  'packages/inference': { layer: 1, rank: 4, kind: 'core', builtins: 'node-folder' },
  'packages/quantize': { layer: 3, rank: 0, kind: 'verb', builtins: 'anywhere' },
  'packages/evaluate': { layer: 3, rank: 0, kind: 'verb', builtins: 'anywhere' },
  'packages/report': { layer: 3, rank: 0, kind: 'verb', builtins: 'anywhere' },
  'packages/cli': { layer: 4, rank: 0, kind: 'app', builtins: 'anywhere' },
  'packages/conformance': { layer: 1, rank: 3, kind: 'kit', builtins: 'anywhere' },
  // Starts the processes that run what a model wrote.
  'packages/scorers/code': { layer: 2, rank: 0, kind: 'leaf', builtins: 'anywhere' },
  tools: { layer: 4, rank: 0, kind: 'tool', builtins: 'anywhere' },
};

/** @type {[folder: string, standing: Standing][]} */
const families = [
  // What computes below tfjs: native code and what sets it up.
  ['packages/backends/', { layer: 1, rank: 3.5, kind: 'core', builtins: 'anywhere' }],
  ['packages/quantizers/', { layer: 2, rank: 0, kind: 'leaf', builtins: 'none' }],
  ['packages/scorers/', { layer: 2, rank: 0, kind: 'leaf', builtins: 'none' }],
  ['packages/formats/', { layer: 2, rank: 0, kind: 'leaf', builtins: 'none' }],
  // Benchmarks load data and engines start workers: loaders, both.
  ['packages/benchmarks/', { layer: 2, rank: 0, kind: 'leaf', builtins: 'anywhere' }],
  ['packages/engines/', { layer: 2, rank: 0, kind: 'leaf', builtins: 'anywhere' }],
  ['packages/models/', { layer: 2, rank: 0, kind: 'model', builtins: 'anywhere' }],
  ['examples/', { layer: 4, rank: 0, kind: 'app', builtins: 'anywhere' }],
];

/** Verbs that know a leaf by name, each with the reason. */
const exceptions = new Map([
  // A recipe that names no rounder means round to nearest.
  ['packages/quantize', 'packages/quantizers/rtn'],
]);

/** What leaves may import of the core: contracts, checked rows, numbers and operations, never a model. */
const leafCore = new Set(['packages/validation', 'packages/numerics', 'packages/ops']);

/**
 * Where a package stands.
 *
 * @param {string} folder relative to the root
 * @returns {Standing | undefined} undefined for a folder that belongs to no layer
 */
export function standingOf(folder) {
  return named[folder] ?? families.find(([prefix]) => folder.startsWith(prefix))?.[1];
}

/**
 * Why `from` may not import `to`, or undefined when it may.
 *
 * @param {string} from folder of the importing package
 * @param {string} to folder of the imported package
 * @param {boolean} inTest whether only tests need it
 * @returns {string | undefined}
 */
export function whyForbidden(from, to, inTest) {
  const own = standingOf(from);
  const other = standingOf(to);
  if (!own) return `${from} belongs to no layer; add it to tools/layers.mjs`;
  if (!other) return `${to} belongs to no layer; add it to tools/layers.mjs`;
  if (own.kind === 'tool' || exceptions.get(from) === to) return undefined;
  if (other.kind === 'tool')
    return inTest ? undefined : 'tools belong to the build, not to packages';
  if (other.kind === 'kit' || other.kind === 'model')
    return inTest || own.kind === 'app' ? undefined : 'test kits and models are for tests and apps';
  if (own.kind === 'leaf' || own.kind === 'model') {
    if (other.kind === 'leaf') return 'a leaf never imports a leaf';
    if (other.kind === 'contract' || (own.kind === 'leaf' && leafCore.has(to))) return undefined;
    return 'a leaf knows the contracts, validation, numerics and ops only';
  }
  if (own.kind === 'verb' && other.kind === 'leaf' && !inTest)
    return 'verbs are handed leaves; they know none by name';
  if (other.layer < own.layer) return undefined;
  if (other.layer === own.layer && own.layer === 1 && other.rank < own.rank) return undefined;
  return other.layer === own.layer
    ? 'packages of one layer do not import each other, but for spec ← validation, numerics ← ops ← checkpoint ← backends ← inference'
    : `layer ${own.layer} may not import layer ${other.layer}`;
}
