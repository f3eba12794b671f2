import { type RunProgram, runProgram } from './run-program.js';
import type { Library } from './wheels.js';

/** What is to be set up, and where. */
export interface SetupOptions {
  /** TensorFlow for NVIDIA’s GPUs, by tfjs-node-gpu, in place of tfjs-node. */
  readonly gpu?: boolean;
  /** With `gpu`: CUDA 12 and cuDNN 9 of the system, in place of NVIDIA’s libraries from PyPI. */
  readonly systemCuda?: boolean;
  /**
   * The project whose `node_modules` gets the package. By default one that is found already, beside this package or in the
   * working directory, else the folder of Thinkbits’ own, which `openTensorflow` knows.
   */
  readonly directory?: string;
  /** Builds anew what is there. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly environment?: NodeJS.ProcessEnv;
}

/** What a setup touches outside itself; replaced in tests. */
export interface SetupHost {
  readonly environment: NodeJS.ProcessEnv;
  readonly fetch: typeof fetch;
  readonly run: RunProgram;
  readonly platform: {
    readonly system: string;
    readonly architecture: string;
    readonly glibc: string | undefined;
  };
  /** In place of the pinned libraries. */
  readonly libraries?: readonly Library[];
}

/** The machine that this runs on. */
export function thisHost({ environment = process.env }: SetupOptions): SetupHost {
  const { header } = process.report.getReport() as unknown as {
    header: { glibcVersionRuntime?: string };
  };
  return {
    environment,
    fetch,
    run: runProgram,
    platform: {
      system: process.platform,
      architecture: process.arch,
      glibc: header.glibcVersionRuntime,
    },
  };
}
