import '@tensorflow/tfjs-backend-cpu';
import { describeQuantizer } from '@thinkbits/conformance';
import { completeKvScheme } from '@thinkbits/spec';
import { kvquant, quantizer } from './index.js';

const { layout } = kvquant();

describeQuantizer(quantizer, {
  options: [
    {},
    { key: 4, value: 3 },
    { preBias: true, range: 'min-max' },
    { preBias: false, rope: 'after' },
  ],
  kvSchemes: [
    completeKvScheme({ bits: 4 }, layout),
    completeKvScheme({ key: { bits: 3, range: 'min-max' }, window: 4 }, layout),
    completeKvScheme({ key: { bits: 3, symmetric: true }, value: { bits: 2 } }, layout),
    completeKvScheme({ value: { bits: 2, group: 4 } }, layout),
  ],
});
