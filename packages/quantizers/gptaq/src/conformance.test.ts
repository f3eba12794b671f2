import '@tensorflow/tfjs-backend-cpu';
import { describeQuantizer } from '@thinkbits/conformance';
import { completeWeightScheme } from '@thinkbits/spec';
import { quantizer } from './index.js';

// the kit's float inputs equal the others, so GPTQ's promise is GPTAQ's
describeQuantizer(quantizer, {
  beatsRoundingToNearest: true,
  options: [{}, { bits: 4, group: 32, clipSearch: true }, { actOrder: false, alpha: 1 }],
  schemes: [
    completeWeightScheme({ bits: 4, group: 16 }),
    completeWeightScheme({ bits: 2, group: 12 }),
    completeWeightScheme({ bits: 3, symmetric: true }),
  ],
});
