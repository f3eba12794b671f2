import { type Json, ThinkbitsError } from '@thinkbits/spec';

/** What a damaged file is usually cured by. */
export const fetchAgain =
  'The file is damaged or was not written to its end; copy or download it again.';

/** The coded error of a file that is not a sound safetensors file. */
export function safetensorsError(
  what: string,
  file: string,
  message: string,
  options: { help?: string; details?: { readonly [key: string]: Json } } = {},
): ThinkbitsError {
  return new ThinkbitsError({
    code: `safetensors/${what}`,
    message: `${file}: ${message}`,
    help: options.help ?? fetchAgain,
    details: { file, ...options.details },
  });
}
