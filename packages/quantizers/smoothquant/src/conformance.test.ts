import '@tensorflow/tfjs-backend-cpu';
import { describeQuantizer } from '@thinkbits/conformance';
import { quantizer } from './index.js';

describeQuantizer(quantizer, { options: [{}, { alpha: 0.5 }, { sites: ['gate-up'] }] });
describeQuantizer(quantizer, { options: [{ alpha: 1, sites: ['qkv'] }] });
