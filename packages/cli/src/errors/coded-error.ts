import { ThinkbitsError } from '@thinkbits/spec';

/** What the operating system's refusals mean to a user: category and remedy by `errno` name. */
const systemErrors: {
  readonly [code: string]: readonly [string, 'input' | 'machine', string];
} = {
  ENOENT: [
    'file/not-found',
    'input',
    'Check the path; relative paths start at the working directory.',
  ],
  ENOTDIR: ['file/not-a-directory', 'input', 'Name a directory.'],
  EISDIR: ['file/is-a-directory', 'input', 'Name a file.'],
  EACCES: ['file/no-access', 'input', 'Give yourself access to the file, or name another one.'],
  EPERM: ['file/no-access', 'input', 'Give yourself access to the file, or name another one.'],
  EROFS: ['file/read-only', 'input', 'Write to another directory.'],
  ENOSPC: ['disk/full', 'machine', 'Free some space and run the same command again.'],
  ENOMEM: ['memory/exhausted', 'machine', 'Close other programs, or use a smaller model or batch.'],
};

/** Any failure as the one error class; what is not foreseen is a defect and says so. */
export function codedError(error: unknown): ThinkbitsError {
  if (ThinkbitsError.isInstance(error)) return error;
  const known = systemErrors[(error as NodeJS.ErrnoException | null)?.code ?? ''];
  const message = error instanceof Error ? error.message : String(error);
  if (known) {
    const [code, category, help] = known;
    return new ThinkbitsError({ code, category, message, help, cause: error });
  }
  if (error instanceof RangeError && /array (buffer|length)|allocation/i.test(message)) {
    return new ThinkbitsError({
      code: 'memory/exhausted',
      category: 'machine',
      message,
      help: 'Close other programs, or use a smaller model or batch.',
      cause: error,
    });
  }
  return new ThinkbitsError({
    code: 'internal/defect',
    category: 'machine',
    message,
    help: 'This is a defect of Thinkbits. Run again with --verbose and report what it prints.',
    cause: error,
  });
}
