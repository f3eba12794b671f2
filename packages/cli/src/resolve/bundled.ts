import type { Benchmark } from '@thinkbits/spec';

/** Kinds of packages that people name on the command line. */
export type PackageKind = 'quantizer' | 'benchmark' | 'scorer';

/** Benchmarks that one package makes by name. */
function members<const Name extends string>(
  names: readonly Name[],
  make: (name: Name) => Promise<Benchmark>,
): { readonly [name in Name]: () => Promise<{ readonly benchmark: Benchmark }> } {
  const entries = names.map((name) => [name, async () => ({ benchmark: await make(name) })]);
  return Object.fromEntries(entries);
}

/** What comes with the command itself. */
export const bundled: {
  readonly [kind in PackageKind]: { readonly [name: string]: () => Promise<object> };
} = {
  quantizer: {
    rtn: () => import('@thinkbits/quantizer-rtn'),
    awq: () => import('@thinkbits/quantizer-awq'),
    flatquant: () => import('@thinkbits/quantizer-flatquant'),
    gptq: () => import('@thinkbits/quantizer-gptq'),
    gptaq: () => import('@thinkbits/quantizer-gptaq'),
    quarot: () => import('@thinkbits/quantizer-quarot'),
    smoothquant: () => import('@thinkbits/quantizer-smoothquant'),
    kivi: () => import('@thinkbits/quantizer-kivi'),
    kvquant: () => import('@thinkbits/quantizer-kvquant'),
    'per-token': () => import('@thinkbits/quantizer-per-token'),
  },
  benchmark: {
    chain: () => import('@thinkbits/benchmark-chain'),
    gsm8k: () => import('@thinkbits/benchmark-gsm8k'),
    'math-500': () => import('@thinkbits/benchmark-math-500'),
    ...members(['aime-90', 'aime-2025', 'aime-120'], async (name) =>
      (await import('@thinkbits/benchmark-aime')).aime(name),
    ),
    ...members(['gpqa-diamond', 'gpqa-main', 'gpqa-extended'], async (name) =>
      (await import('@thinkbits/benchmark-gpqa')).gpqa(name),
    ),
    livecodebench: () => import('@thinkbits/benchmark-livecodebench'),
    'mr-ben': () => import('@thinkbits/benchmark-mr-ben'),
    jsonl: () => import('@thinkbits/benchmark-jsonl'),
  },
  scorer: {
    math: () => import('@thinkbits/scorer-math'),
    choice: () => import('@thinkbits/scorer-choice'),
    code: () => import('@thinkbits/scorer-code'),
    'meta-reasoning': () => import('@thinkbits/scorer-meta-reasoning'),
  },
};
