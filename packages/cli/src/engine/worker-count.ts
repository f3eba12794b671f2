import { availableParallelism, freemem } from 'node:os';

/** Requests below which a second worker costs more than it saves. */
const worthAWorker = 8;
const most = 8;

/**
 * How many workers a job gets where nobody says: one a core, up to eight, as many as the job and the free memory bear.
 * A backend with threads of its own gets one.
 * @param modelBytes what one worker's model takes
 */
export function defaultWorkers(job: {
  readonly requests: number;
  readonly backend: string;
  readonly modelBytes: number;
}): number {
  if (job.backend === 'tensorflow') return 1;
  const bearable = Math.floor((0.7 * freemem()) / Math.max(1, job.modelBytes));
  const wanted = Math.floor(job.requests / worthAWorker);
  return Math.max(1, Math.min(availableParallelism(), most, wanted, bearable));
}
