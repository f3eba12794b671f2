import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '@thinkbits/checkpoint/node';
import { hashText, type PerplexityResult } from '@thinkbits/evaluate';
import type { StudyRow } from '@thinkbits/report';
import { completeRecipe } from '@thinkbits/spec';
import { measurePerplexity, readPerplexityText } from '../evaluation/measure-perplexity.js';
import { closeModel, prepareModel } from '../load-model.js';
import { type ModelPlace, openModel } from '../resolve/model.js';
import { perplexityFile, type StudyContext } from './study-context.js';
import type { StudyRun } from './study-runs.js';

/** A measured text as the study keeps it: what it was measured on, and the figures. */
interface KeptPerplexity {
  readonly identity: string;
  readonly result: PerplexityResult;
}

async function readKept(path: string): Promise<KeptPerplexity | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as KeptPerplexity);
}

/** Measures the texts of a run that the study does not have yet. */
export async function measureTexts(
  run: StudyRun,
  place: ModelPlace,
  modelHash: string,
  context: StudyContext,
): Promise<void> {
  const { session } = context;
  for (const text of run.texts) {
    const path = perplexityFile(context, run, text.name);
    const loaded = await readPerplexityText(text, session.host.directory);
    const { file: _, name: __, ...cut } = text;
    const identity = hashText(JSON.stringify([modelHash, loaded.hash, cut]));
    if ((await readKept(path))?.identity === identity) continue;
    const checkpoint = await openModel(place, { signal: session.host.signal });
    // The checkpoint says itself what was done to it: nothing is added in memory.
    const model = await prepareModel({ checkpoint, name: place.name }, completeRecipe({}), session);
    try {
      const result = await measurePerplexity(model, place.name, loaded, text, session);
      await writeFileAtomic(path, `${JSON.stringify({ identity, result }, null, 2)}\n`);
    } finally {
      await closeModel(model);
    }
  }
}

/** The perplexities of a run by the name of the text; undefined where the study asks for none. */
export async function readPerplexities(
  run: StudyRun,
  context: StudyContext,
): Promise<StudyRow['perplexity']> {
  if (run.texts.length === 0) return undefined;
  const kept = await Promise.all(
    run.texts.map(async ({ name }) => {
      const { result } = (await readKept(perplexityFile(context, run, name))) as KeptPerplexity;
      return [name, result.perplexity] as const;
    }),
  );
  return Object.fromEntries(kept);
}
