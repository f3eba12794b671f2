import { availableParallelism } from 'node:os';
import {
  engine,
  getKernel,
  getKernelsForBackend,
  registerBackend,
  registerKernel,
  setBackend,
} from '@tensorflow/tfjs-core';
import {
  installDecoderStack,
  installHostAlgebra,
  installHostKernels,
  installLinearProduct,
} from '@thinkbits/ops';
import type { ComputeType } from '@thinkbits/spec';
import { loadAddon, type NativeConfiguration } from './addon.js';
import { nativeStack } from './decoder-stack.js';
import { installActivationKernels } from './kernels/activations.js';
import { installBinary } from './kernels/binary.js';
import { installDecoderKernels } from './kernels/decoder.js';
import { backendName } from './kernels/install.js';
import { installJoinedProduct } from './kernels/joined-product.js';
import { installMatmul } from './kernels/matmul.js';
import { installMovement } from './kernels/movement.js';
import { installReductions } from './kernels/reductions.js';
import { installSampling } from './kernels/sampling.js';
import { installUnary } from './kernels/unary.js';
import { nativeLinear } from './linear-product.js';
import { nativeAlgebra } from './native-algebra.js';
import { NativeBackend } from './native-backend.js';

/** Threads that the addon takes, native/addon.cc. */
const mostThreads = 1024;

/** Options of {@link openNative}. */
export interface NativeOptions {
  /** Threads of a product, the calling one included, 1024 at most; all that the machine has where absent. */
  readonly threads?: number;
  /** `amx`, `avx512bf16`, `avx512vnni`, `avx512`, `avx2vnni`, `avx2`, `neondot` or `baseline`; the best that the processor has where absent. */
  readonly kernels?: string;
  /**
   * Arithmetic of products with a linear's weights; `f32` where absent. `bf16` rounds their inputs to bfloat16, and weights that are no
   * codes, and sums in float32.
   */
  readonly compute?: ComputeType;
}

/** The backend in use, or why it cannot be. */
export type OpenedNative =
  | ({ readonly available: true } & NativeConfiguration)
  | { readonly available: false; readonly why: string };

/**
 * Makes `native` the backend of this JavaScript thread; safe to repeat, with other options too. It never throws for what the machine lacks:
 * the answer says why.
 */
export async function openNative(options: NativeOptions = {}): Promise<OpenedNative> {
  const loaded = loadAddon();
  if ('why' in loaded) return { available: false, why: loaded.why };
  const { addon } = loaded;
  const pairs = options.compute === 'bf16';
  const configuration = addon.configure(
    options.threads ?? Math.min(availableParallelism(), mostThreads),
    options.kernels ?? '',
    pairs,
  );
  if (pairs && !configuration.pairs) {
    const why = `its kernels for ${configuration.set} do not multiply in bf16, which takes AMX or AVX512_BF16`;
    return { available: false, why };
  }
  if (!(backendName in engine().registryFactory)) {
    registerBackend(backendName, () => new NativeBackend(addon), 4);
    installHostKernels();
    for (const kernel of getKernelsForBackend('cpu')) {
      if (!getKernel(kernel.kernelName, backendName)) registerKernel({ ...kernel, backendName });
    }
    installMatmul();
    installJoinedProduct();
    installBinary();
    installUnary();
    installReductions();
    installMovement();
    installDecoderKernels();
    installActivationKernels();
    installSampling();
    installLinearProduct(backendName, nativeLinear);
    installDecoderStack(backendName, nativeStack);
    installHostAlgebra(backendName, nativeAlgebra(addon));
  }
  await setBackend(backendName);
  const backend = engine().findBackend(backendName) as NativeBackend;
  backend.compute = pairs ? 'bf16' : 'f32';
  backend.dotsOfBytes = configuration.dotsOfBytes;
  return { available: true, ...configuration };
}
