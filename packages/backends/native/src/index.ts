export type { NativeConfiguration } from './addon.js';
export { NativeBackend } from './native-backend.js';
export * from './open-native.js';
