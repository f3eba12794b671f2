/** Shows how long source files are: a compass for review, never a failure. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const files = execFileSync('git', ['ls-files', 'packages/**/*.ts', 'tools/*.mjs'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && !/\.test\.ts$|\/generated\/|\/__fixtures__\//.test(file));
const sizes = files
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .sort((a, b) => a.lines - b.lines);
const at = (share) => sizes[Math.min(sizes.length - 1, Math.floor(share * sizes.length))]?.lines;
console.log(
  `sources: ${sizes.length} files, median ${at(0.5)} lines, p90 ${at(0.9)}, longest ${at(1)}`,
);
for (const { file, lines } of sizes.filter(({ lines }) => lines > 400))
  console.log(`  above 400 lines: ${file} (${lines})`);
