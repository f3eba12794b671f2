import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type SampleTokensAttributes, sampleTokensOp } from '@thinkbits/ops';
import { installBefore } from './install.js';

/** Choosing tokens, the rows shared among the threads. */
export function installSampling(): void {
  installBefore(sampleTokensOp.name, (inputs, attributes, backend) => {
    const { logits } = inputs as { logits: TensorInfo };
    const { choices } = attributes as unknown as SampleTokensAttributes;
    const numbers = choices.flatMap(({ sampling: { temperature, topK, topP, minP }, draw }) => [
      temperature,
      topK,
      topP,
      minP,
      draw,
    ]);
    const ids = new Int32Array(choices.length);
    backend.addon.sampleTokens(backend.view(logits), Float64Array.from(numbers), ids);
    return backend.makeTensorInfo([choices.length], 'int32', ids);
  });
}
