/** How fast this machine reads memory: the limit of decoding one row, measured beside it. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output } from '../../tools/measuring.mjs';

/**
 * Compiles the loop, once.
 * @returns {(threads: number) => number} bytes per second
 */
export function readRate(folder) {
  const program = join(folder, 'read-rate');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(program)) {
    const source = fileURLToPath(new URL('./read-rate.cc', import.meta.url));
    output('g++', ['-O3', '-march=native', '-std=c++17', source, '-o', program, '-lpthread']);
  }
  return (threads) => Number(output(program, [String(threads)]));
}
