import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A tensor of a hand-made golden file. */
export interface HandMade {
  readonly shape: readonly number[];
  readonly values: Float32Array | Uint8Array | Int8Array;
}

const dtypes = { Float32Array: 'F32', Uint8Array: 'U8', Int8Array: 'I8' } as const;

/** Writes `DIR/TOPIC/cases.json` and its tensors, byte by byte as the format says. */
export function writeGolden(
  directory: string,
  topic: string,
  tensors: { readonly [name: string]: HandMade },
  cases: readonly object[],
): void {
  const folder = join(directory, topic);
  mkdirSync(folder, { recursive: true });
  let offset = 0;
  const header: { [name: string]: object } = {};
  const parts: Uint8Array[] = [];
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    const bytes = new Uint8Array(values.buffer);
    const dtype = dtypes[values.constructor.name as keyof typeof dtypes];
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    parts.push(bytes);
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(new BigUint64Array([BigInt(text.length)]).buffer);
  writeFileSync(join(folder, 'golden.safetensors'), Buffer.concat([length, text, ...parts]));
  const file = { topic, description: 'by hand', tensors: 'golden.safetensors', sources: {}, cases };
  writeFileSync(join(folder, 'cases.json'), JSON.stringify(file));
}
