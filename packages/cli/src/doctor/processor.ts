import { existsSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus } from 'node:os';

/** What the processor is and what it can do. */
export interface Processor {
  readonly model: string;
  readonly architecture: string;
  readonly cores: number;
  /** Instruction sets that matter for inference, as the system names them; empty where it does not tell. */
  readonly features: readonly string[];
}

const interesting = [
  'sse4_2',
  'avx',
  'avx2',
  'fma',
  'f16c',
  'avx512f',
  'avx512bw',
  'avx512vl',
  'avx512_vnni',
  'avx_vnni',
  'avx512_bf16',
  'amx_tile',
  'amx_int8',
  'amx_bf16',
  'asimd',
  'asimddp',
  'asimdhp',
  'i8mm',
  'bf16',
  'sve',
];

function readFlags(): ReadonlySet<string> {
  const file = '/proc/cpuinfo';
  if (!existsSync(file)) return new Set();
  const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  return new Set(flags.split(/\s+/));
}

/** Describes the processor of this machine. */
export function describeProcessor(): Processor {
  const flags = readFlags();
  return {
    model: cpus()[0]?.model.trim() ?? 'unknown',
    architecture: arch(),
    cores: availableParallelism(),
    features: interesting.filter((name) => flags.has(name)),
  };
}
