export { planSetup, type SetupDownload, type SetupPlan } from './plan-setup.js';
export type { SetupOptions } from './setup-options.js';
export { type SetupResult, setupTensorflow } from './setup-tensorflow.js';
