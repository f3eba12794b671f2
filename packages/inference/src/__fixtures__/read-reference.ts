import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Checkpoint, memoryFiles, openCheckpoint } from '@thinkbits/checkpoint';
import { folderFiles } from '@thinkbits/checkpoint/node';

const root = new URL('./reference-models/', import.meta.url);

/** One case of the reference outputs. */
export interface ReferenceCase {
  readonly id: string;
  readonly inputs: Record<string, string>;
  readonly expected: Record<string, string>;
  readonly values: { readonly mean_nll: number; readonly rotary_attention_factor: number };
}

export async function referenceCases(): Promise<readonly ReferenceCase[]> {
  const { cases } = JSON.parse(await readFile(new URL('cases.json', root), 'utf8')) as { cases: ReferenceCase[] };
  return cases;
}

/** The tensors that the cases name. */
export async function referenceTensors(): Promise<Checkpoint> {
  const bytes = new Uint8Array(await readFile(new URL('golden.safetensors', root)));
  return openCheckpoint(memoryFiles({ 'config.json': '{}', 'model.safetensors': bytes }));
}

/** An I64 tensor as numbers. */
export async function readIds(tensors: Checkpoint, name: string): Promise<number[]> {
  const bytes = await tensors.readBytes(name);
  return Array.from(new BigInt64Array(bytes.slice().buffer), Number);
}

export async function openReference(name: string): Promise<Checkpoint> {
  return openCheckpoint(await folderFiles(fileURLToPath(new URL(name, root))));
}
