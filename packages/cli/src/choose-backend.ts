import type { SelectedBackend } from '@thinkbits/inference';
import type { Session } from './session.js';

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
    compute,
  });
  if (threads !== undefined && threads > 1 && ['wasm', 'cpu'].includes(selected.name)) {
    note(`The ${selected.name} backend computes on one thread; evaluate and study take --workers.`);
  }
  return selected;
}
