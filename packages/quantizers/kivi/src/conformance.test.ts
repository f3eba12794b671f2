import { describeQuantizer } from '@thinkbits/conformance';
import { completeKvScheme } from '@thinkbits/spec';
import { kivi, quantizer } from './index.js';

const { layout } = kivi({ group: 4, window: 8 });

describeQuantizer(quantizer, {
  options: [{ group: 4, window: 8 }, {}, { key: 2, value: 4 }, { value: 2, window: 64 }],
  kvSchemes: [
    completeKvScheme({ bits: 2 }, layout),
    completeKvScheme({ key: { bits: 3 }, value: { bits: 4, group: 'head' } }, layout),
    completeKvScheme({ value: { bits: 2 } }, layout),
  ],
});
