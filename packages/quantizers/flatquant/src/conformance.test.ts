import '@tensorflow/tfjs-backend-cpu';
import { describeQuantizer } from '@thinkbits/conformance';
import { completeWeightScheme } from '@thinkbits/spec';
import { quantizer } from './index.js';

const short = { epochs: 2, batch: 1 };
describeQuantizer(quantizer, {
  options: [
    short,
    {},
    { ...short, tensorParallel: 2, diagonal: false, weightClip: false, sites: ['o', 'down'] },
  ],
  schemes: [
    completeWeightScheme({ bits: 4, symmetric: true }),
    completeWeightScheme({ bits: 3, group: 16 }),
  ],
});
