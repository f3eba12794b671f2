import type { SelectedBackend } from '@thinkbits/inference';
import { ThinkbitsError } from '@thinkbits/spec';
import type { SharedOptions } from './options/shared-options.js';
import type { Session } from './session.js';

/** Refuses arithmetic that a backend does not have; nothing falls back silently. */
function checkCompute(backend: string, compute: SharedOptions['compute']): void {
  if (compute === 'f32') return;
  throw new ThinkbitsError({
    code: 'compute/unavailable',
    category: 'machine',
    message: `The backend "${backend}" does not compute in ${compute}.`,
    help: 'Leave --compute out: every backend computes in f32.',
    details: { backend, compute },
  });
}

/**
 * Puts this process on the backend that the options ask for, else on the best one.
 * @throws ThinkbitsError `backend/unavailable`, `compute/unavailable`
 */
export async function chooseBackend({
  options,
  note,
}: Pick<Session, 'options' | 'note'>): Promise<SelectedBackend> {
  const { backend, compute, threads } = options;
  // TensorFlow reads its thread counts from the environment when it starts.
  if (threads !== undefined) {
    process.env.TF_NUM_INTRAOP_THREADS = String(threads);
    process.env.OMP_NUM_THREADS = String(threads);
  }
  const { selectBackend } = await import('@thinkbits/inference');
  const selected = await selectBackend({
    ...(backend && { name: backend }),
    ...(threads !== undefined && { threads }),
  });
  checkCompute(selected.name, compute);
  if (threads !== undefined && threads > 1 && ['wasm', 'cpu'].includes(selected.name)) {
    note(`The ${selected.name} backend computes on one thread; evaluate and study take --workers.`);
  }
  return selected;
}
