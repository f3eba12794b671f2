import { defineConfig } from 'tsup';

/**
 * The one build configuration: ESM and declarations of every entry of a package.
 *
 * Plain JavaScript, because Node 20 loads it from `node_modules` as it stands.
 *
 * @param {import('tsup').Options} [overrides]
 */
export const library = (overrides = {}) =>
  defineConfig({
    entry: ['src/index.ts'],
    format: ['esm'],
    // `npm start` and `npm test` run compiled code alone; declarations cost ten times the rest.
    dts: process.env.THINKBITS_DECLARATIONS !== 'off',
    sourcemap: true,
    clean: true,
    target: 'node20',
    ...overrides,
  });
