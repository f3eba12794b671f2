/** What a failed load means, read off the dynamic linker's words, with the remedy. */
export function explainLoadFailure(
  error: unknown,
  setup: string,
): { readonly detail: string; readonly remedy: string } {
  const message = error instanceof Error ? error.message : String(error);
  const detail = message.split('\n')[0] as string;
  const library = /(lib[\w.+-]+\.so[\w.]*): cannot open shared object file/.exec(message)?.[1];
  if (library?.startsWith('libtensorflow')) return { detail, remedy: setup };
  if (library)
    return {
      detail,
      remedy: `Install the system package that contains ${library}, and run again.`,
    };
  const version = /version [`'](GLIBC|GLIBCXX|CXXABI)_([\d.]+)' not found/.exec(message);
  if (version)
    return {
      detail,
      remedy: `This system’s ${version[1] === 'GLIBC' ? 'C library' : 'C++ library'} is older than the ${version[1]} ${version[2]} that TensorFlow was built for: use a newer system, or another backend.`,
    };
  // Built against another library, by another compiler, or a download that was cut short.
  return { detail, remedy: `${setup} --force` };
}
