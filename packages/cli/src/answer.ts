import type { Engine, GenerationRequest, GenerationResult, TextDelta } from '@thinkbits/spec';
import { ThinkbitsError } from '@thinkbits/spec';

/** The one answer to a request; a request that cannot be answered is an error with its code. */
export async function answer(
  engine: Engine,
  request: GenerationRequest,
  options: { readonly signal: AbortSignal; onDelta?(delta: TextDelta): void },
): Promise<GenerationResult> {
  for await (const result of engine.generate([request], options)) {
    if (result.error) throw new ThinkbitsError(result.error);
    return result;
  }
  throw new ThinkbitsError({
    code: 'engine/no-answer',
    category: 'machine',
    message: `The engine "${engine.info.engine}" gave no answer.`,
    help: 'Run again with --verbose.',
  });
}
