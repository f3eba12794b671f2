#!/usr/bin/env node
import { existsSync } from 'node:fs';

// A fresh checkout has no build yet; an installed package always has one.
const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write(
    'error cli/not-built: This checkout has not been built.\nhelp: Run npm start (or npm test) in its root once.\n',
  );
  process.exitCode = 4;
}
