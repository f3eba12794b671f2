import { byteCount, dtypeBits, isDtype } from './dtype.js';
import { repeatedKey } from './repeated-key.js';
import { safetensorsError } from './safetensors-error.js';
import type { TensorEntry } from './tensor-entry.js';

/** What the header of a safetensors file says. */
export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly tensors: readonly TensorEntry[];
  readonly metadata: { readonly [key: string]: string };
}

interface Place {
  readonly file: string;
  /** First byte after the header. */
  readonly dataStart: number;
  readonly fileSize: number;
}

const isSize = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as it stands in the header, short enough for a message. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function parseObject(bytes: Uint8Array, file: string): { readonly [key: string]: unknown } {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (error) {
    throw safetensorsError(
      'header-not-json',
      file,
      `the header is not JSON (${(error as Error).message}).`,
    );
  }
  if (!isRecord(value)) {
    throw safetensorsError(
      'header-not-json',
      file,
      `the header is ${shown(value)}, not a JSON object.`,
    );
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) {
    throw safetensorsError('duplicate-tensor', file, `the header lists "${twice}" twice.`, {
      help: 'Write the file again with every tensor once.',
      details: { tensor: twice },
    });
  }
  return value;
}

function parseMetadata(value: unknown, file: string): { readonly [key: string]: string } {
  if (value === undefined) return {};
  if (!isRecord(value) || Object.values(value).some((entry) => typeof entry !== 'string')) {
    throw safetensorsError(
      'bad-metadata',
      file,
      `__metadata__ is ${shown(value)}, not a map of strings.`,
      {
        help: 'Write the file again with metadata that maps strings to strings.',
      },
    );
  }
  return value as { readonly [key: string]: string };
}

function parseTensor(name: string, value: unknown, { file, dataStart }: Place): TensorEntry {
  const refuse = (what: string, message: string, help?: string) =>
    safetensorsError(what, file, `tensor "${name}" ${message}`, {
      ...(help !== undefined && { help }),
      details: { tensor: name },
    });
  if (!isRecord(value))
    throw refuse('bad-entry', `is described by ${shown(value)}, not by an object.`);
  const { dtype, shape, data_offsets: range } = value;
  if (!isDtype(dtype)) {
    const known = Object.keys(dtypeBits).join(', ');
    throw refuse(
      'unknown-dtype',
      `has the unknown dtype ${shown(dtype)}.`,
      `Known dtypes are ${known}.`,
    );
  }
  // NaN, Infinity and integers beyond 2^53 arrive here as null or inexact numbers: none of them is a safe
  // integer.
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw refuse(
      'bad-shape',
      `has the shape ${shown(shape)}; sizes are whole numbers from 0 to 2^53 - 1.`,
    );
  }
  const [begin, end] = Array.isArray(range) && range.length === 2 ? (range as unknown[]) : [];
  if (!isSize(begin) || !isSize(end) || begin > end) {
    throw refuse('bad-range', `has the data_offsets ${shown(range)}, not [begin, end].`);
  }
  const wanted = byteCount(dtype, shape);
  // Shapes whose product leaves 2^53 are caught here too: no byte range is that long.
  if (wanted !== end - begin) {
    const type = `${dtype} of shape [${shape.join(', ')}]`;
    throw refuse(
      'size-mismatch',
      `is ${type}, ${wanted} bytes, and its byte range [${begin}, ${end}] has ${end - begin}.`,
    );
  }
  return { name, dtype, shape, file, offset: dataStart + begin, bytes: wanted };
}

/**
 * The format wants the data section covered exactly once: no overlap, no hole, nothing after the last
 * tensor.
 */
function checkCoverage(
  tensors: readonly TensorEntry[],
  { file, dataStart, fileSize }: Place,
): void {
  let covered = dataStart;
  let previous = 'the header';
  for (const { name, offset, bytes } of tensors) {
    const details = { tensor: name, offset, bytes, fileSize };
    if (offset + bytes > fileSize) {
      throw safetensorsError(
        'truncated',
        file,
        `tensor "${name}" ends at byte ${offset + bytes}, and the file has ${fileSize}.`,
        { details },
      );
    }
    if (offset < covered) {
      throw safetensorsError(
        'overlap',
        file,
        `tensor "${name}" starts at byte ${offset}, inside ${previous}.`,
        {
          details,
        },
      );
    }
    if (offset > covered) {
      throw safetensorsError(
        'hole',
        file,
        `${offset - covered} bytes between ${previous} and tensor "${name}" belong to no tensor.`,
        { details },
      );
    }
    covered = offset + bytes;
    previous = `tensor "${name}"`;
  }
  if (covered !== fileSize) {
    throw safetensorsError(
      'trailing-bytes',
      file,
      `${fileSize - covered} bytes follow ${previous}.`,
      {
        details: { covered, fileSize },
      },
    );
  }
}

/**
 * Parses and checks a safetensors header; every claim is held against the others and against the file's
 * size.
 *
 * @param bytes the JSON part, without its length
 * @throws ThinkbitsError `safetensors/` `header-not-json`, `duplicate-tensor`, `bad-metadata`, `bad-entry`,
 *   `unknown-dtype`, `bad-shape`, `bad-range`, `size-mismatch`, `truncated`, `overlap`, `hole`,
 *   `trailing-bytes`
 */
export function parseHeader(bytes: Uint8Array, place: Place): SafetensorsHeader {
  const { __metadata__, ...entries } = parseObject(bytes, place.file);
  const metadata = parseMetadata(__metadata__, place.file);
  const tensors = Object.entries(entries)
    .map(([name, value]) => parseTensor(name, value, place))
    .sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  checkCoverage(tensors, place);
  return { tensors, metadata };
}
