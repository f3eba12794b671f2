import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { folderFiles } from '@thinkbits/checkpoint/node';
import { nearestName, type Run, startRun, ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import { parseJson, validate } from '@thinkbits/validation';
import { checkCase } from './check-case.js';
import { type GoldenFile, goldenFileSchema } from './golden-file.js';
import { openTensors } from './tensor.js';
import { topics } from './topics.js';

/** How a case ended. */
export interface GoldenOutcome {
  readonly topic: string;
  readonly id: string;
  readonly status: 'passed' | 'failed' | 'not_implemented';
  /** What differs, or what is missing. */
  readonly detail: string;
}

/** What `thinkbits golden --json` prints. */
export interface GoldenReport {
  readonly passed: number;
  readonly failed: number;
  readonly not_implemented: number;
  readonly cases: readonly GoldenOutcome[];
}

/** Topics of a directory: folders with a `cases.json`, or the directory itself when it has one. */
function findTopics(directory: string, wanted: readonly string[] | undefined): string[] {
  const folders = existsSync(directory)
    ? readdirSync(directory, { withFileTypes: true })
        .filter((entry) => existsSync(join(directory, entry.name, 'cases.json')))
        .map((entry) => entry.name)
        .sort()
    : [];
  if (folders.length === 0) {
    throw new ThinkbitsError({
      code: 'golden/no-cases',
      message: `${directory} has no golden cases.`,
      help: 'Name a directory with a folder per topic, each with cases.json and golden.safetensors.',
      details: { directory },
    });
  }
  const stranger = wanted?.find((topic) => !folders.includes(topic));
  if (stranger !== undefined) {
    const near = nearestName(stranger, folders);
    throw new ThinkbitsError({
      code: 'golden/no-topic',
      message: `${directory} has no topic "${stranger}".`,
      help: `${near ? `Did you mean "${near}"? ` : ''}Topics: ${folders.join(', ')}.`,
      details: { topic: stranger },
    });
  }
  return wanted ? [...wanted] : folders;
}

function describe(settings: GoldenFile['cases'][number]['settings']): string {
  const kind = settings.kind;
  return typeof kind === 'string' ? `kind "${kind}"` : 'cases of this kind';
}

/**
 * Checks the implementations against reference outputs (golden/README.md).
 * @param options `topics`: only these
 * @throws ThinkbitsError `golden/no-cases`, `golden/no-topic`, `golden/invalid`; what goes wrong within a case fails the case
 */
export function checkGolden(
  directory: string,
  options: {
    readonly topics?: readonly string[];
    readonly signal: AbortSignal;
    /** Called once, before the first case is computed: chooses the backend. */
    readonly prepare?: () => Promise<void>;
  },
): Run<GoldenReport> {
  return startRun(async (emit) => {
    const root = resolve(directory);
    const files = findTopics(root, options.topics).map((folder) => {
      const name = `${folder}/cases.json`;
      const content = parseJson(readFileSync(join(root, name), 'utf8'), name);
      const file = validate<GoldenFile>(goldenFileSchema, content, name, {
        code: 'golden/invalid',
      });
      return { folder, file };
    });
    await options.prepare?.();
    const total = files.reduce((count, { file }) => count + file.cases.length, 0);
    const cases: GoldenOutcome[] = [];
    for (const { folder, file } of files) {
      const source = folderFiles(join(root, folder));
      const topic = await topics[file.topic]?.();
      let tensor: Awaited<ReturnType<typeof openTensors>> | undefined;
      try {
        for (const golden of file.cases) {
          throwIfAborted(options.signal);
          const check = topic?.(golden.settings);
          let outcome: Pick<GoldenOutcome, 'status' | 'detail'>;
          if (!check) {
            const missing = topic ? describe(golden.settings) : `topic "${file.topic}"`;
            outcome = { status: 'not_implemented', detail: `${missing} is not implemented` };
          } else {
            tensor ??= await openTensors(source, file.tensors);
            const difference = await checkCase(golden, check, {
              tensor,
              cases: file.cases,
              modelDirectory: (name) => join(root, 'models', name),
              signal: options.signal,
            });
            outcome =
              difference === undefined
                ? { status: 'passed', detail: '' }
                : { status: 'failed', detail: difference };
          }
          cases.push({ topic: file.topic, id: golden.id, ...outcome });
          emit({ type: 'advance', done: cases.length, total, unit: 'cases', note: golden.id });
        }
      } finally {
        await source.close?.();
      }
    }
    const count = (status: GoldenOutcome['status']) =>
      cases.filter((outcome) => outcome.status === status).length;
    return {
      passed: count('passed'),
      failed: count('failed'),
      not_implemented: count('not_implemented'),
      cases,
    };
  });
}
