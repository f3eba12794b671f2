import type { ActivationScheme, LinearScheme, ResolvedSchemes } from '@thinkbits/spec';

/** The schemes of a plan with the activation schemes that transforms found in place of its own. */
export function linearSchemes(
  { linears }: ResolvedSchemes,
  found: ReadonlyMap<string, ActivationScheme> = new Map(),
): Map<string, LinearScheme> {
  return new Map(
    [...linears].map(([name, scheme]) => {
      const activation = found.get(name);
      return [name, activation ? { ...scheme, activation } : scheme];
    }),
  );
}

/** The linears whose inputs are rounded at run time. */
export function activationSchemes(
  linears: ReadonlyMap<string, LinearScheme>,
): Map<string, ActivationScheme> {
  return new Map(
    [...linears].flatMap(([name, { activation }]) =>
      activation ? [[name, activation] as const] : [],
    ),
  );
}
