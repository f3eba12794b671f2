import { defineConfig } from 'vitest/config';

/** Tests run on the sources: the `@thinkbits/source` condition of every package's exports points there. */
const conditions = ['@thinkbits/source', 'node', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      'packages/**/src/**/*.test.ts',
      'tools/**/*.test.ts',
      'bench/**/*.test.ts',
      'examples/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**', '**/__fixtures__/**', 'tools/templates/**'],
    testTimeout: 120_000,
    maxWorkers: 2,
  },
});
