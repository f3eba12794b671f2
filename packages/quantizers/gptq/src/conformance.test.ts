import '@tensorflow/tfjs-backend-cpu';
import { describeQuantizer } from '@thinkbits/conformance';
import { completeWeightScheme } from '@thinkbits/spec';
import { quantizer } from './index.js';

describeQuantizer(quantizer, {
  beatsRoundingToNearest: true,
  options: [{}, { bits: 4, group: 32, clipSearch: true }, { actOrder: false, damping: 0.05 }],
});

// groups in the order of activation, their scales from corrected columns
describeQuantizer(quantizer, {
  beatsRoundingToNearest: true,
  options: [{ actOrder: true, staticGroups: false, blockSize: 8 }],
});

describeQuantizer(quantizer, {
  beatsRoundingToNearest: true,
  options: [{ actOrder: false, clipSearch: true }],
  schemes: [
    completeWeightScheme({ bits: 4, group: 16 }),
    completeWeightScheme({ bits: 4, group: 12, range: 'min-max' }),
  ],
});
