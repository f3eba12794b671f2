import type { Checkpoint } from '@thinkbits/checkpoint';
import { ThinkbitsError } from '@thinkbits/spec';

/**
 * Lets only float checkpoints pass: codes of codes would carry two errors under one name.
 * @throws ThinkbitsError `model/already-quantized`
 */
export function refuseQuantized(checkpoint: Checkpoint): void {
  const theirs = checkpoint.config.quantization_config;
  if (theirs === undefined || theirs === null) return;
  const method =
    typeof theirs === 'object' && 'quant_method' in theirs ? theirs.quant_method : theirs;
  throw new ThinkbitsError({
    code: 'model/already-quantized',
    message: `${checkpoint.label} is already quantized (quant_method ${JSON.stringify(method)}).`,
    help: 'Quantize the float model it was made from.',
    details: { method: method ?? null },
  });
}
