/** Kinds of packages that people name on the command line. */
export type PackageKind = 'quantizer' | 'benchmark' | 'scorer';

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
  },
  scorer: {
    math: () => import('@thinkbits/scorer-math'),
    choice: () => import('@thinkbits/scorer-choice'),
  },
};
