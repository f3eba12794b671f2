export { createWorkerEngine, type WorkerEngineOptions } from './create-worker-engine.js';
