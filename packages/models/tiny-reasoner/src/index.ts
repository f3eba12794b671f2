export {
  type ShippedModel,
  shippedModels,
  type TinyReasonerName,
  tinyReasoner,
} from './tiny-reasoner.js';
