import { join, resolve } from 'node:path';
import { parseJson, validate } from '@thinkbits/validation';
import type { Command } from 'commander';
import { defineVerb } from '../define-verb.js';
import type { Host } from '../host.js';
import { addOption } from '../options/add-option.js';
import type { SharedOptions } from '../options/shared-options.js';
import { positiveInteger, text } from '../options/values.js';
import { styleOf } from '../render/style.js';
import { readText } from '../resolve/read-text.js';
import { openSession } from '../session.js';
import { type StudyFile, studySchema } from '../study/study-file.js';

interface StudyOptions extends SharedOptions {
  readonly output?: string;
  readonly workers?: number;
  readonly batch?: number;
  readonly showConfidential?: boolean;
  readonly unsandboxed?: boolean;
}

/** `thinkbits study STUDY.json`: models × recipes × benchmarks × seeds, one folder, one report. */
export function studyVerb(host: Host): Command {
  const command = defineVerb({
    name: 'study',
    summary: 'run models × recipes × benchmarks and write one report',
    detail:
      'The float model is always added as baseline. Everything finished is kept: the same command goes on. --seed is the seed of cells that name none.',
    examples: [
      'thinkbits study examples/quickstart/study.json',
      'thinkbits study study.json -o my-study --workers 4',
    ],
  }).argument(
    '<study.json>',
    '{ name, cells: [{ models, recipes, benchmarks, texts?, calibration?, limit?, seeds?, sampling? }] }',
  );
  addOption(
    command,
    '-o, --output <dir>',
    'the study directory (default: thinkbits-runs/NAME)',
    text,
  );
  addOption(
    command,
    '--workers <n>',
    'threads with a model each (default: by cores, memory and job)',
    positiveInteger,
  );
  addOption(command, '--batch <n>', 'rows decoded together (default: 32)', positiveInteger);
  command.option(
    '--show-confidential',
    'show questions and answers of benchmarks such as GPQA in the report; keep it to yourself',
  );
  command.option('--unsandboxed', 'run what models write without a sandbox');
  return command.action(async (file: string, options: StudyOptions) => {
    const session = openSession(host, options);
    const content = await readText(file, host.directory, {
      code: 'study/not-found',
      what: 'study file',
      help: 'Check the path.',
    });
    const study = validate<StudyFile>(studySchema, parseJson(content, file), file, {
      code: 'study/invalid',
      help: 'A study is { "name": …, "cells": [{ "models": […], "recipes": […], "benchmarks": […] }] }.',
    });
    const output = options.output ?? join('thinkbits-runs', study.name);
    const [{ runStudy }, { renderTable, summarize }] = await Promise.all([
      import('../study/run-study.js'),
      import('@thinkbits/report'),
    ]);
    const { results, report, directory } = await runStudy(
      withSeed(study, options.seed),
      resolve(host.directory, output),
      session,
      {
        command: `thinkbits study ${file}`,
        ...(options.workers !== undefined && { workers: options.workers }),
        ...(options.batch !== undefined && { batch: options.batch }),
        ...(options.unsandboxed && { unsandboxed: true }),
        ...(options.showConfidential && { showConfidential: true }),
      },
    );
    const { isTTY, columns } = host.stdout;
    const color = isTTY === true && styleOf(host.stdout, host.environment).bold('x') !== 'x';
    const table = renderTable(results, { color, ...(isTTY && columns ? { width: columns } : {}) });
    const lines = summarize(results);
    session.result(
      { directory, report, results },
      `${table.trimEnd()}\n\n${lines.join('\n')}\n\nreport: ${report}\n`,
    );
  });
}

/** The seeds of cells that name none start at `--seed`. */
function withSeed(study: StudyFile, seed: number | undefined): StudyFile {
  if (seed === undefined) return study;
  return { ...study, cells: study.cells.map((cell) => ({ seeds: [seed], ...cell })) };
}
