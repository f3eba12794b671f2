import '@tensorflow/tfjs-backend-cpu';
import { describeQuantizer } from '@thinkbits/conformance';
import { completeWeightScheme } from '@thinkbits/spec';
import { quantizer } from './index.js';

describeQuantizer(quantizer, {
  roundsToNearest: true,
  options: [{}, { bits: 4, group: 32, clipSearch: true }, { bits: 3, symmetric: true }],
});

describeQuantizer(quantizer, {
  roundsToNearest: true,
  options: [{ clipSearch: true }],
  schemes: [
    completeWeightScheme({ bits: 4, group: 16 }),
    completeWeightScheme({ bits: 3, symmetric: true }),
    completeWeightScheme({ bits: 4, group: 12, range: 'min-max' }),
  ],
});
