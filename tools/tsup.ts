import { defineConfig, type Options } from 'tsup';

/** The one build configuration: ESM and declarations of every entry of a package. */
export const library = (overrides: Options = {}): ReturnType<typeof defineConfig> =>
  defineConfig({
    entry: ['src/index.ts'],
    format: ['esm'],
    dts: true,
    sourcemap: true,
    clean: true,
    target: 'node20',
    ...overrides,
  });
