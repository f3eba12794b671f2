import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import {
  type Checkpoint,
  type ModelDescription,
  openCheckpoint,
  readDescription,
} from '@thinkbits/checkpoint';
import { folderFiles, openModelFiles } from '@thinkbits/checkpoint/node';
import { shippedModels } from '@thinkbits/model-tiny-reasoner';
import { nearestName, type Progress, ThinkbitsError } from '@thinkbits/spec';

/** Where a MODEL of the command line is. */
export type ModelPlace =
  | { readonly kind: 'folder'; readonly name: string; readonly directory: string }
  | {
      readonly kind: 'hub';
      readonly name: string;
      readonly id: string;
      readonly revision?: string;
    };

const hubId = /^[\w-][\w.-]*\/[\w-][\w.-]*(?:@([\w./-]+))?$/;

function notSupported(text: string, what: string): ThinkbitsError {
  return new ThinkbitsError({
    code: 'model/not-supported',
    message: `"${text}" is ${what}, which cannot be opened.`,
    help: 'Supported are Hugging Face directories, hub ids (owner/name), checkpoints written by thinkbits quantize, and the shipped models.',
    details: { model: text },
  });
}

function notFound(text: string): ThinkbitsError {
  const names = shippedModels.map(({ name }) => name);
  const near = nearestName(text, names);
  return new ThinkbitsError({
    code: 'model/not-found',
    message: `There is no model "${text}": no such directory, and neither a hub id nor a shipped model.`,
    help: `${near ? `Did you mean "${near}"? ` : ''}Shipped are ${names.join(', ')}; a hub id is owner/name.`,
    details: { model: text },
  });
}

/**
 * Finds what a MODEL stands for: a shipped model, a directory, or a hub id with an optional `@revision`.
 * A directory goes before a hub id of the same spelling.
 * @throws ThinkbitsError `model/not-supported`, `model/not-found`
 */
export function locateModel(text: string, directory: string): ModelPlace {
  const shipped = shippedModels.find(({ name }) => name === text);
  if (shipped) return { kind: 'folder', name: shipped.name, directory: shipped.directory };
  if (/^https?:\/\//.test(text)) throw notSupported(text, 'a server');
  if (/\.gguf$/i.test(text)) throw notSupported(text, 'a GGUF file');
  if (text.startsWith('synthetic:'))
    throw notSupported(text, 'a synthetic shape (for bench alone)');
  const path = text.startsWith('~/') ? join(homedir(), text.slice(2)) : resolve(directory, text);
  if (text !== '' && existsSync(path)) {
    if (statSync(path).isDirectory()) {
      return { kind: 'folder', name: basename(path), directory: path };
    }
    throw notSupported(text, 'a file');
  }
  const hub = hubId.exec(text);
  if (!hub || isAbsolute(text) || /^\.{1,2}\//.test(text)) throw notFound(text);
  const [id, revision] = text.split('@') as [string, string | undefined];
  return { kind: 'hub', name: text, id, ...(revision !== undefined && { revision }) };
}

interface OpenOptions {
  readonly signal: AbortSignal;
  readonly emit?: (event: Progress) => void;
}

/** What a model says of itself; of a hub model nothing but that is downloaded. */
export async function describePlace(
  place: ModelPlace,
  options: OpenOptions,
): Promise<ModelDescription> {
  const files =
    place.kind === 'folder'
      ? folderFiles(place.directory, place.name)
      : await openModelFiles(place.id, {
          ...options,
          ...(place.revision !== undefined && { revision: place.revision }),
          descriptionOnly: true,
        });
  try {
    return await readDescription(files);
  } finally {
    await files.close?.();
  }
}

/** Opens the files of a model; weights are read when needed. */
export async function openModel(place: ModelPlace, options: OpenOptions): Promise<Checkpoint> {
  if (place.kind === 'folder') return openCheckpoint(folderFiles(place.directory, place.name));
  const { id, revision } = place;
  return openCheckpoint(
    await openModelFiles(id, { ...options, ...(revision !== undefined && { revision }) }),
  );
}
