import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where Thinkbits keeps TensorFlow: `$XDG_CACHE_HOME/thinkbits/tensorflow`, else below `~/.cache`. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'thinkbits', 'tensorflow');
}
