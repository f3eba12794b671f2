export { scorer } from './scorer.js';
