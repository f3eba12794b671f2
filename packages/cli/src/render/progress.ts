import type { Progress, Run } from '@thinkbits/spec';
import type { TextOutput } from '../host.js';
import { formatDuration, formatNumber } from './format.js';

/** Where and how progress is shown. */
export interface ProgressOptions {
  readonly output: TextOutput;
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
  /** Seconds; replaced in tests. */
  readonly now?: () => number;
}

const barWidth = 24;
/** At most ten drawings a second on a terminal, a line every ten seconds elsewhere. */
const interval = { terminal: 0.1, elsewhere: 10, worthALine: 2 };

/** `label  [####----] 12/24 layers  3.1 layers/s  0:04 left  note`. */
export function progressLine(
  state: {
    readonly label: string;
    readonly done: number;
    readonly total: number;
    readonly unit: string;
    readonly note?: string | undefined;
    /** Units that an earlier run had finished. */
    readonly first: number;
    readonly seconds: number;
  },
  bar: boolean,
): string {
  const { label, done, total, first, seconds, note } = state;
  const unit = state.unit.endsWith('s') ? state.unit : `${state.unit}s`;
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const rate = seconds > 0 ? (done - first) / seconds : 0;
  const parts = [label];
  if (bar) {
    const filled = Math.floor(share * barWidth);
    parts.push(`[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`);
  }
  parts.push(`${formatNumber(done)}/${formatNumber(total)} ${unit}`);
  if (rate > 0) parts.push(`${formatNumber(rate)} ${unit}/s`);
  if (rate > 0 && done < total) parts.push(`${formatDuration((total - done) / rate)} left`);
  if (done >= total) parts.push(`in ${formatDuration(seconds)}`);
  if (note !== undefined) parts.push(note);
  return parts.join('  ');
}

/**
 * Shows a run's progress while it works and gives its result.
 * Warnings stand on lines of their own; `quiet` leaves errors to the caller and shows nothing else.
 */
export async function followRun<Result>(
  run: Run<Result>,
  label: string,
  options: ProgressOptions,
): Promise<Result> {
  const view = progressView(label, options);
  try {
    for await (const event of run) view.show(event);
  } finally {
    view.close();
  }
  return run.result;
}

/** Draws events; for callers that have several runs under one heading. */
export function progressView(
  heading: string,
  { output, verbosity, now = () => performance.now() / 1000 }: ProgressOptions,
): { show(event: Progress): void; close(): void } {
  const terminal = output.isTTY === true;
  const started = now();
  let label = heading;
  let start = started;
  let drawn = terminal ? Number.NEGATIVE_INFINITY : started;
  let first: number | undefined;
  let latest: Extract<Progress, { type: 'advance' }> | undefined;
  let pending = false;
  let occupied = false;

  const clear = () => {
    if (occupied) output.write('\r\x1b[K');
    occupied = false;
  };
  const line = (text: string) => {
    clear();
    output.write(`${text}\n`);
  };
  const draw = () => {
    if (!latest) return;
    const { done, total, unit, note } = latest;
    const seconds = now() - start;
    const text = progressLine(
      { label, done, total, unit, note, first: first ?? 0, seconds },
      terminal,
    );
    drawn = now();
    pending = false;
    if (!terminal) return line(text);
    output.write(`\r${text.slice(0, (output.columns ?? 80) - 1)}\x1b[K`);
    occupied = true;
  };
  return {
    show(event) {
      if (verbosity === 'quiet') return;
      switch (event.type) {
        case 'plan':
          // A new phase: what is measured starts anew.
          if (pending) draw();
          if (occupied) {
            output.write('\n');
            occupied = false;
          }
          label = heading.startsWith(event.label) ? heading : `${heading}: ${event.label}`;
          [start, first, latest] = [now(), undefined, undefined];
          break;
        case 'advance':
          first ??= event.done;
          latest = event;
          pending = true;
          if (now() - drawn >= (terminal ? interval.terminal : interval.elsewhere)) draw();
          break;
        case 'issue': {
          const { severity, code, message, help } = event.issue;
          if (severity === 'info' && verbosity !== 'verbose') break;
          line(`${severity} ${code}: ${message}${help ? ` ${help}` : ''}`);
          break;
        }
        case 'note':
          line(event.message);
          break;
        case 'layer': {
          if (verbosity !== 'verbose') break;
          const { name, method, bits, relativeWeightError: error } = event.report;
          line(`${name}  ${method}  ${bits} bits  weight error ${error.toExponential(2)}`);
          break;
        }
        case 'sample':
          break;
      }
    },
    close() {
      if (verbosity === 'quiet') return;
      // What took a moment leaves its last line; what took none is not worth one.
      const whole = latest?.done === latest?.total && now() - started >= interval.worthALine;
      if (pending && (terminal || whole)) draw();
      if (occupied) output.write('\n');
      occupied = false;
    },
  };
}
