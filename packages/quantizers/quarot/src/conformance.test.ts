import '@tensorflow/tfjs-backend-cpu';
import { describeQuantizer } from '@thinkbits/conformance';
import { quantizer } from './index.js';

describeQuantizer(quantizer, {
  options: [{}, { seed: 7, tensorParallel: 3 }, { targets: 'kv' }, { online: [] }],
});
describeQuantizer(quantizer, { options: [{ tensorParallel: 3, seed: 1 }] }); // 48 = 3 · 16
describeQuantizer(quantizer, { options: [{ rotation: 'orthogonal', online: ['query-key'] }] });
describeQuantizer(quantizer, { options: [{ targets: 'kv' }] });
