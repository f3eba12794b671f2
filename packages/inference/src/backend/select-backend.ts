import { backend, enableProdMode, getBackend, ready, setBackend } from '@tensorflow/tfjs-core';
import type { NativeOptions } from '@thinkbits/backend-native';
import type { OpenTensorflowOptions } from '@thinkbits/backend-tensorflow';
import { installHostKernels } from '@thinkbits/ops';
import { type ComputeType, ThinkbitsError } from '@thinkbits/spec';

/** Backends by name; `tensorflow` is tfjs-node-gpu or tfjs-node, whichever the user installed, `native` our own. */
export type BackendName = 'tensorflow' | 'native' | 'wasm' | 'cpu';

/** One backend that was considered. */
export interface BackendCandidate {
  readonly name: BackendName;
  readonly available: boolean;
  /** Why it can or cannot be used. */
  readonly why: string;
  /** What would make it available: mostly a command. */
  readonly install?: string;
  /** What was looked at, where there is more than one thing to it. */
  readonly checks?: readonly BackendCheck[];
}

/** One thing that a backend needs on this machine. */
export interface BackendCheck {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly remedy?: string;
}

/** The backend in use, and what else was there. */
export interface SelectedBackend {
  readonly name: BackendName;
  readonly why: string;
  readonly candidates: readonly BackendCandidate[];
}

/** Arithmetic of a linear's products on the backend in use. */
export const computeInUse = (): ComputeType =>
  (backend() as { readonly compute?: ComputeType }).compute ?? 'f32';

const reason = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] as string) : String(error);

async function openTensorflow(
  options: OpenTensorflowOptions = {},
): Promise<BackendCandidate & { readonly gpu: boolean }> {
  const { openTensorflow: open } = await import('@thinkbits/backend-tensorflow');
  return open(options);
}

async function openNative(options: NativeOptions = {}): Promise<BackendCandidate> {
  try {
    const native = await import('@thinkbits/backend-native');
    const opened = await native.openNative(options);
    if (!opened.available) return { name: 'native', available: false, why: opened.why };
    const { set, threads, pairs } = opened;
    const why = `kernels for ${set} on ${threads} ${threads === 1 ? 'thread' : 'threads'}${pairs ? ', in bf16' : ''}`;
    return { name: 'native', available: true, why };
  } catch (error) {
    if (ThinkbitsError.isInstance(error)) throw error; // somebody asked for what is not there
    return { name: 'native', available: false, why: reason(error) };
  }
}

async function openWasm(): Promise<BackendCandidate> {
  try {
    await import('@tensorflow/tfjs-backend-wasm');
    installHostKernels(); // what replaces kernels of tfjs's
    if (await setBackend('wasm')) {
      await ready();
      return {
        name: 'wasm',
        available: true,
        why: 'WebAssembly with SIMD, one thread per process',
      };
    }
    return { name: 'wasm', available: false, why: 'the WebAssembly module did not start' };
  } catch (error) {
    return {
      name: 'wasm',
      available: false,
      why: reason(error),
      install: 'npm install @tensorflow/tfjs-backend-wasm@4.22.0',
    };
  }
}

async function openCpu(): Promise<BackendCandidate> {
  await import('@tensorflow/tfjs-backend-cpu');
  await setBackend('cpu');
  return { name: 'cpu', available: true, why: 'plain JavaScript, the slow reference' };
}

async function open(name: BackendName, options: NativeOptions): Promise<BackendCandidate> {
  if (name === 'tensorflow') return openTensorflow();
  if (name === 'native') return openNative(options);
  return name === 'wasm' ? openWasm() : openCpu();
}

/** Threads that a backend may be asked for. */
const mostThreads = 1024;

/** Options of {@link selectBackend}. */
export interface SelectBackendOptions {
  readonly name?: BackendName;
  /** Threads of the backend `native`, 1 to 1024; as many as the machine runs at once where absent. */
  readonly threads?: number;
  /**
   * Arithmetic of a linear's products; `f32` where absent. `bf16` is computed by `native`, on processors with instructions for it,
   * and by `tensorflow` where that is named.
   */
  readonly compute?: ComputeType;
}

async function openBf16(name: BackendName, threads?: number): Promise<BackendCandidate> {
  const compute = 'bf16';
  if (name === 'native') return openNative({ ...(threads !== undefined && { threads }), compute });
  if (name === 'tensorflow') return openTensorflow({ compute });
  return { name, available: false, why: 'it computes in f32 alone' };
}

const bf16Remedies =
  'Use --backend native on a processor with AMX or AVX512_BF16, or --backend tensorflow (thinkbits setup tensorflow), or leave --compute out: every backend computes in f32.';

/** The named backend in bf16, `native` without a name, or an error: never another one, nor float32 in its place. */
async function selectBf16({ name, threads }: SelectBackendOptions): Promise<SelectedBackend> {
  const asked = name ?? 'native';
  const candidate = await openBf16(asked, threads);
  if (candidate.available) return { name: asked, why: candidate.why, candidates: [candidate] };
  throw new ThinkbitsError({
    code: 'compute/unavailable',
    category: 'machine',
    message: `The backend "${asked}" does not compute in bf16: ${candidate.why}.`,
    help: `${candidate.install ? `To have it: ${candidate.install.replace(/\.$/, '')}. ` : ''}${bf16Remedies}`,
    details: { backend: asked, compute: 'bf16' },
  });
}

function checkThreads(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1 && threads <= mostThreads) return;
  throw new ThinkbitsError({
    code: 'backend/threads',
    category: 'usage',
    message: `A backend cannot have ${threads} threads.`,
    help: `Give a whole number from 1 to ${mostThreads}, or none: it takes as many as the machine runs at once.`,
    details: { threads },
  });
}

/**
 * Chooses the tfjs backend (DESIGN D2), best first: tfjs-node-gpu with a visible GPU, native, tfjs-node, wasm, cpu. With a name, that
 * one or an error; never another in its place. One backend a process: a second call with another name switches it.
 * @throws ThinkbitsError `backend/unavailable` (machine) with the install command, `compute/unavailable` (machine), `backend/threads` (usage),
 * `native/binary` (usage)
 */
export async function selectBackend(options: SelectBackendOptions = {}): Promise<SelectedBackend> {
  if (options.threads !== undefined) checkThreads(options.threads);
  installHostKernels();
  enableProdMode(); // or the cpu backend advertises tfjs-node on stderr
  if (options.compute === 'bf16') return selectBf16(options);
  const native = options.threads === undefined ? {} : { threads: options.threads };
  if (options.name) {
    const inUse =
      getBackend() === options.name && (options.compute ?? computeInUse()) === computeInUse();
    // threads are native's alone, which takes others while it is in use
    if (inUse && (options.name !== 'native' || options.threads === undefined))
      return { name: options.name, why: 'already in use', candidates: [] };
    const candidate = await open(options.name, native);
    if (!candidate.available) {
      throw new ThinkbitsError({
        code: 'backend/unavailable',
        category: 'machine',
        message: `The backend "${options.name}" cannot be used: ${candidate.why}.`,
        help: `${candidate.install ? `To have it: ${candidate.install.replace(/\.$/, '')}. Else` : 'Repair the installation, or'} leave --backend out.`,
        details: { backend: options.name },
      });
    }
    return { name: options.name, why: candidate.why, candidates: [candidate] };
  }
  const onGpu = await openTensorflow({ device: 'gpu' });
  if (onGpu.available && onGpu.gpu)
    return { name: 'tensorflow', why: onGpu.why, candidates: [onGpu] };
  const candidates: BackendCandidate[] = [];
  for (const name of ['native', 'tensorflow', 'wasm', 'cpu'] as const) {
    const candidate = await open(name, native);
    candidates.push(candidate);
    if (candidate.available) return { name, why: candidate.why, candidates };
  }
  throw new ThinkbitsError({
    code: 'backend/unavailable',
    category: 'machine',
    message: 'No tfjs backend can be used.',
    help: 'Reinstall the dependencies: tfjs-backend-cpu is one of them.',
  });
}

/**
 * Tries every backend and says what is there, best first; leaves the process on the best one.
 * @param options `threads` as {@link selectBackend} takes them
 * @throws ThinkbitsError `backend/threads` (usage)
 */
export async function listBackends(
  options: Pick<SelectBackendOptions, 'threads'> = {},
): Promise<readonly BackendCandidate[]> {
  const { threads } = options;
  if (threads !== undefined) checkThreads(threads);
  const cpu = await openCpu();
  const wasm = await openWasm();
  const tensorflow = await openTensorflow();
  const native = await openNative(threads === undefined ? {} : { threads });
  const best = tensorflow.gpu
    ? tensorflow
    : [native, tensorflow, wasm].find(({ available }) => available);
  await selectBackend({ name: best ? best.name : 'cpu' });
  return tensorflow.gpu ? [tensorflow, native, wasm, cpu] : [native, tensorflow, wasm, cpu];
}
