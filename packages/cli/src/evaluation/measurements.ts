import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@thinkbits/checkpoint/node';
import type { JsonObject } from '@thinkbits/spec';
import type { EngineUse } from '../engine/lazy-engine.js';

/** What differs between two equal runs, kept beside them: `timings.json`. */
export interface Measurements {
  /** Of generation, over all calls that added to the run. */
  readonly seconds: number;
  readonly tokens: number;
  /** What the model held. */
  readonly memory: JsonObject | null;
}

const file = 'timings.json';

/** The measurements of a run; undefined where none were taken. */
export async function readMeasurements(directory: string): Promise<Measurements | undefined> {
  const text = await readFile(join(directory, file), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Measurements);
}

/** Adds what an engine did to the measurements of its run. */
export async function addMeasurements(
  directory: string,
  use: EngineUse | undefined,
): Promise<void> {
  if (!use) return;
  const before = await readMeasurements(directory);
  const memory = use.info.details.memory;
  const sum: Measurements = {
    seconds: (before?.seconds ?? 0) + use.seconds,
    tokens: (before?.tokens ?? 0) + use.tokens,
    memory: typeof memory === 'object' ? (memory as JsonObject) : (before?.memory ?? null),
  };
  await writeFileAtomic(join(directory, file), `${JSON.stringify(sum, null, 2)}\n`);
}
