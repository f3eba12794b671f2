import { describeQuantizer } from '@thinkbits/conformance';
import { quantizer } from './index.js';

describeQuantizer(quantizer, {
  options: [{}, { bits: 4 }, { key: 4, value: 3, group: 4, clip: 0.95, window: 16 }, { value: 2 }],
});
