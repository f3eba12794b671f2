import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ThinkbitsError } from '@thinkbits/spec';
import { lockDirectory } from '../node/lock-directory.js';

// Started as a process of its own: claims the directory, says how that went, and keeps it until it is
// killed.
const [directory = ''] = process.argv.slice(2);
try {
  await lockDirectory(directory);
  await writeFile(join(directory, `.x.${process.pid}-0.partial`), 'half');
  console.log('locked');
  setInterval(() => {}, 1000);
} catch (error) {
  console.log(ThinkbitsError.isInstance(error) ? error.code : String(error));
}
