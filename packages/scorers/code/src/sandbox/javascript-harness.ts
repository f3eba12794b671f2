/**
 * What runs a JavaScript program in the sandbox (`node -e`, then program file and function name); speaks as the Python harness
 * does. The program is a CommonJS module; a function that is asked for may be a method of `class Solution`, and may be async.
 */
export const javascriptHarness = String.raw`
'use strict';
const { readFileSync, writeSync } = require('node:fs');
const Module = require('node:module');
const [path, name] = process.argv.slice(1);
process.argv = [process.argv[0], 'program.js'];

const say = (text) => {
  const data = Buffer.from(text);
  for (let done = 0; done < data.length; ) done += writeSync(3, data, done);
};
const encode = (value) => {
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return 'NaN';
    return Number.isInteger(value) ? String(BigInt(value)) : String(value);
  }
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return '[' + value.map(encode).join(',') + ']';
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return '{' + Object.entries(value).map(([key, item]) => encode(key) + ':' + encode(item)).join(',') + '}';
  }
  return '?' + JSON.stringify(String(value).slice(0, 200));
};

const source = readFileSync(path, 'utf8');
const lines = name ? readFileSync(0, 'utf8').split('\n').filter((line) => line.trim() !== '') : [];
const values = lines.map((line) => JSON.parse(line));
say('ready\n');
const tail = name
  ? '\n;module.exports = typeof Solution === "function" ? new Solution()[' + JSON.stringify(name) +
    '].bind(new Solution()) : ' + name + ';'
  : '';
try {
  new (require('node:vm').Script)(Module.wrap(source), { filename: 'program.js' });
} catch (error) {
  say('not a program\n');
  throw error;
}
const program = new Module('program.js');
program.paths = [];
program._compile(source + tail, '/work/program.js');
if (name) Promise.resolve(program.exports(...values)).then((value) => say('=' + encode(value)));
`;
