export { describeModel, families } from './families/describe-model.js';
