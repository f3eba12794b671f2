import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Lays out a package’s `deps` as its build and its addon’s RUNPATH want it, with links into the cache, so that what is large
 * outlives `node_modules`.
 *
 * @param directory the package
 * @param library the folder of the cache that TensorFlow’s wheel was unpacked into
 * @param cuda the folder of NVIDIA’s libraries, where they come from the cache
 */
export async function linkLibrary(
  directory: string,
  library: string,
  cuda: string | undefined,
): Promise<void> {
  const deps = join(directory, 'deps');
  const tensorflow = join(library, 'tensorflow');
  await rm(deps, { recursive: true, force: true });
  await mkdir(join(deps, 'lib'), { recursive: true });
  await symlink(join(tensorflow, 'include'), join(deps, 'include'));
  for (const [name, forLinker] of [
    ['libtensorflow_cc.so.2', 'libtensorflow.so'],
    ['libtensorflow_framework.so.2', 'libtensorflow_framework.so'],
  ] as const) {
    await symlink(join(tensorflow, name), join(deps, 'lib', name));
    // For -ltensorflow alone: the names inside the libraries stay what they are.
    await symlink(name, join(deps, 'lib', forLinker));
  }
  if (!cuda) return;
  const nvidia = join(cuda, 'nvidia');
  // libtensorflow_framework opens cusolver and does not have its folder in its RUNPATH; beside a library that is found, it is
  // found, and finds its own from there (tfjs.md §13.5).
  const cusolver = join(nvidia, 'cusparse', 'lib', 'libcusolver.so.11');
  if (!existsSync(cusolver)) await symlink('../../cusolver/lib/libcusolver.so.11', cusolver);
  // As a whole: with a link for each, "..", which is resolved behind links, would miss the others.
  await symlink(nvidia, join(deps, 'nvidia'));
}
