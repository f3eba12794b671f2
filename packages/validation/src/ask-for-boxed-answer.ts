import type { Message } from '@thinkbits/spec';

/** A mathematical problem as the study "Quantization Hurts Reasoning?" asks it (its code; evaluation.md §1.3): one user turn. */
export function askForBoxedAnswer(problem: string): readonly Message[] {
  const instruction = 'Please reason step by step, and put your final answer within \\boxed{}.';
  return [{ role: 'user', content: `${problem}\n\n${instruction}` }];
}
