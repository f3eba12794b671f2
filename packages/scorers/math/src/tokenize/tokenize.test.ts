import { describe, expect, it } from 'vitest';
import { formatRational } from '../algebra/rational.js';
import { StepBudget } from '../step-budget.js';
import { plainReading, type Reading } from './token.js';
import { tokenize } from './tokenize.js';
import { canonicalUnit, isKnownUnit } from './units.js';

const cut = (text: string, reading: Partial<Reading> = {}) =>
  tokenize(new StepBudget(10_000), text, { ...plainReading, ...reading }).map((token) =>
    token.kind === 'number' ? formatRational(token.value) : `${token.kind[0]}:${token.text}`,
  );

describe('numbers', () => {
  it.each([
    ['1,000,000', '1000000'],
    ['1{,}000{,}000', '1000000'],
    ['1,\\!000,\\!000', '1000000'],
    ['11,\\! 111,\\! 111', '11111111'],
    ['1\\,000\\,000', '1000000'],
    ['1 000 000', '1000000'],
    ['58,500', '58500'],
    ['.0000672', '21/312500'],
    ['2.00', '2'],
    ['3.1e4', '31000'],
    ['5e-1', '1/2'],
    ['0.\\overline{3}', '1/3'],
    ['0.1\\overline{6}', '1/6'],
    ['024', '24'],
    ['five', '5'],
    ['\\text{forty-two}', '42'],
  ])('%j is one number', (text, value) => {
    expect(cut(text)).toEqual([value]);
  });

  it.each([
    ['1, 000', ['1', 's:,', '0']],
    ['1000,000', ['1000', 's:,', '0']],
    ['1,23', ['1', 's:,', '23']],
    ['12 3456', ['12', '3456']],
    ['2e', ['2', 'l:e']],
  ])('%j is not', (text, tokens) => {
    expect(cut(text)).toEqual(tokens);
  });

  it('reads commas as it is told', () => {
    expect(cut('1,234', { thousands: false })).toEqual(['1', 's:,', '234']);
    expect(cut('3,14', { decimalComma: true })).toEqual(['157/50']);
  });
});

describe('words and commands', () => {
  it.each([
    ['2xy', ['2', 'l:x', 'l:y']],
    ['15 meters', ['15', 'w:meters']],
    ['\\text{ cm}^2', ['t:cm', 's:^', '2']],
    ['\\text{5 cm}', ['5', 'w:cm']],
    ['1 \\text{ and } 2', ['1', 's:and', '2']],
    ['\\dfrac12', ['c:frac', '12']],
    ['\\left( a,\\; b \\right]', ['s:(', 'l:a', 's:,', 'l:b', 's:]']],
    ['90°', ['90', 's:^', 'c:circ']],
    ['\\mathbb{R}', ['l:mathbb R']],
    ['\\{1\\}', ['s:\\{', '1', 's:\\}']],
    ['constructor', ['w:constructor']],
    ['\\constructor', ['c:constructor']],
  ])('%j', (text, tokens) => {
    expect(cut(text)).toEqual(tokens);
  });
});

describe('units', () => {
  it.each([
    ['square Centimeters', 'cm^2'],
    ['cubic feet', 'ft^3'],
    ['miles per hour', 'mi/h'],
    ['m/s', 'm/s'],
    ['apples', 'apple'],
    ['inches', 'in'],
  ])('%j is %j', (text, unit) => {
    expect(canonicalUnit(text)).toBe(unit);
  });

  it('knows which units it knows', () => {
    expect(isKnownUnit('mi/h')).toBe(true);
    expect(isKnownUnit('apple')).toBe(false);
  });
});
