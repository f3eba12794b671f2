import { type GenerationRequest, ThinkbitsError } from '@thinkbits/spec';
import type { DecoderConfig } from '../config/decoder-config.js';

function refuse(code: string, message: string, help: string): never {
  throw new ThinkbitsError({ code, message, help });
}

/**
 * Checks a request against the model and returns its prompt.
 * @throws ThinkbitsError `request/empty-prompt`, `request/token-id`, `request/too-long`, `request/max-tokens`, `request/sampling`
 */
export function checkRequest(
  request: GenerationRequest,
  ids: readonly number[],
  config: DecoderConfig,
): readonly number[] {
  const { sampling, maxTokens } = request;
  if (ids.length === 0)
    refuse('request/empty-prompt', 'The prompt has no tokens.', 'Give at least one token of text.');
  const stranger = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= config.vocabulary);
  if (stranger !== undefined) {
    refuse(
      'request/token-id',
      `The prompt holds the id ${stranger}.`,
      `Ids go from 0 to ${config.vocabulary - 1}.`,
    );
  }
  if (ids.length >= config.maxPositions) {
    refuse(
      'request/too-long',
      `The prompt has ${ids.length} tokens; the model has ${config.maxPositions} positions.`,
      'Shorten the prompt, or use a model with a longer context.',
    );
  }
  if (!Number.isInteger(maxTokens) || maxTokens < 1) {
    refuse('request/max-tokens', `maxTokens is ${maxTokens}.`, 'Ask for at least one token.');
  }
  const { temperature, topP, topK, minP } = sampling;
  if (!(temperature >= 0))
    refuse('request/sampling', `temperature is ${temperature}.`, 'Use 0 (greedy) or more.');
  if (!(topP > 0 && topP <= 1))
    refuse('request/sampling', `topP is ${topP}.`, 'Use a share above 0, up to 1 (off).');
  if (!(Number.isInteger(topK) && topK >= 0))
    refuse('request/sampling', `topK is ${topK}.`, 'Use 0 (off) or a whole number.');
  if (!(minP >= 0 && minP < 1))
    refuse('request/sampling', `minP is ${minP}.`, 'Use 0 (off) or a share below 1.');
  return ids;
}
