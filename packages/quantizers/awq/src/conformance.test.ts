import '@tensorflow/tfjs-backend-cpu';
import { describeQuantizer } from '@thinkbits/conformance';
import { completeWeightScheme } from '@thinkbits/spec';
import { quantizer } from './index.js';

describeQuantizer(quantizer, {
  options: [
    { ratioGrid: 4, clipGrid: 3 },
    {},
    { duoScaling: true, valueToOutput: false },
    { clip: false },
  ],
});

describeQuantizer(quantizer, {
  options: [
    { duoScaling: true, ratioGrid: 3, clipGrid: 2, clipShrink: 0.3, clipTokens: 5, unclipped: [] },
  ],
  schemes: [
    completeWeightScheme({ bits: 3, group: 12, range: 'min-max' }), // ragged
    completeWeightScheme({ bits: 4, symmetric: true }),
  ],
});
