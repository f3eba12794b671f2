import type { ActivationScheme, ResolvedSchemes } from '@thinkbits/spec';

/** The linears whose inputs are rounded at run time. */
export function activationSchemes({ linears }: ResolvedSchemes): Map<string, ActivationScheme> {
  return new Map(
    [...linears].flatMap(([name, { activation }]) =>
      activation ? [[name, activation] as const] : [],
    ),
  );
}
