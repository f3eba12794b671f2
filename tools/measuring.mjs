/** What the measurements share: the machine's name, medians, our own command, and a file with everything that was measured. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds this repository. */
export const workspace = fileURLToPath(new URL('..', import.meta.url));
/** Where measurements keep what they made; safe to delete. */
export const cacheFolder = join(workspace, 'node_modules', '.cache', 'thinkbits-bench');

const telling = ['amx_int8', 'amx_bf16', 'avx512_vnni', 'avx_vnni', 'avx512f', 'avx2', 'asimddp'];

/** The processor, what it can do that matters to products, and how many threads it runs. */
export function machine() {
  let flags = [];
  try {
    flags = /^(?:flags|Features)\s*:(.*)$/m
      .exec(readFileSync('/proc/cpuinfo', 'utf8'))[1]
      .split(' ');
  } catch {
    // not Linux: the name says enough
  }
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    instructions: telling.filter((name) => flags.includes(name)),
    threads: availableParallelism(),
    node: process.versions.node,
    date: new Date().toISOString(),
  };
}

/** @param {readonly number[]} values at least one */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs a program and gives what it printed; a failure throws the end of what it said. */
export function output(program, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    ...options,
  });
  if (status === 0) return stdout;
  const said = `${stderr ?? ''}`.trim().split('\n').slice(-5).join('\n');
  throw new Error(`${program} ${args[0] ?? ''} failed: ${error?.message ?? said}`);
}

/** `thinkbits bench … --json` in a process of its own. @param recipe undefined: the model as it is */
export function thinkbitsBench(model, recipe, options) {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const command = join(workspace, 'packages', 'cli', 'bin', 'thinkbits.js');
  const chosen = recipe === undefined ? [] : ['-r', recipe];
  const words = ['bench', model, ...chosen, ...args, '--quiet', '--json'];
  return JSON.parse(output(process.execPath, [command, ...words]));
}

/** Writes a result and says where. */
export function writeResult(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`written: ${file}`);
}

/** Rows of text in columns, the first left and the others right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    row.map((text, i) => (i ? text.padStart(widths[i]) : text.padEnd(widths[i]))).join('  ');
  return rows.map(line).join('\n');
}
