import { compile } from 'vega-lite';
import { expect, test } from 'vitest';
import { oneCell, quickstart, thirtyCells } from '../__fixtures__/studies.js';
import { studySpecs } from './study-specs.js';

interface Layered {
  readonly data: {
    readonly values: readonly { readonly label: string; readonly accuracy?: number }[];
  };
}

test('every plot is JSON with its data inside, and Vega-Lite accepts it', () => {
  for (const { name, spec } of studySpecs(thirtyCells())) {
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    const warnings: unknown[] = [];
    const logger = {
      level: () => logger,
      error: (...text: unknown[]) => logger.warn(...text),
      warn: (...text: unknown[]) => {
        warnings.push(name, ...text);
        return logger;
      },
      info: () => logger,
      debug: () => logger,
    };
    compile(spec as never, { logger: logger as never });
    expect(warnings).toEqual([]);
  }
});

test('names are unique and fit for files; colours mean something outside our page', () => {
  const specs = studySpecs(thirtyCells());
  const names = specs.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9-]+$/);
  expect(JSON.stringify(specs)).not.toContain('var(');
});

test('models whose names differ in punctuation alone keep a plot each', () => {
  const twins = {
    ...quickstart,
    models: quickstart.models.map((model, index) => ({
      ...model,
      id: index === 0 ? 'a/b' : 'a-b',
    })),
    rows: quickstart.rows.map((row) => ({
      ...row,
      model: row.model.endsWith('nano') ? 'a/b' : 'a-b',
    })),
  };
  const names = studySpecs(twins).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('plots hold the figures of the rows', () => {
  const spec = studySpecs(quickstart).find(
    ({ name }) => name === 'accuracy-chain-tiny-reasoner-micro',
  )?.spec;
  const { values } = (spec as unknown as Layered).data;
  expect(values.map(({ label, accuracy }) => [label, accuracy])).toEqual([
    ['float', 90],
    ['W2', 47.2727],
    ['KV2', 0],
  ]);
});

test('draws no comparison where there is none', () => {
  const names = studySpecs(oneCell).map(({ name }) => name);
  expect(names.filter((name) => /^(?:accuracy|change|weights)-/.test(name))).toEqual([]);
});
