import { resolve } from 'node:path';
import { ThinkbitsError } from '@thinkbits/spec';
import type { Command } from 'commander';
import { chooseBackend } from '../choose-backend.js';
import { defineVerb } from '../define-verb.js';
import { checkGolden } from '../golden/check-golden.js';
import type { Host } from '../host.js';
import { addOption } from '../options/add-option.js';
import type { SharedOptions } from '../options/shared-options.js';
import { listOf, text } from '../options/values.js';
import { renderTable } from '../render/table.js';
import { openSession } from '../session.js';

interface GoldenOptions extends SharedOptions {
  readonly topics?: readonly string[];
}

/** `thinkbits golden DIR`: holds the implementations against reference outputs. */
export function goldenVerb(host: Host): Command {
  const command = defineVerb({
    name: 'golden',
    summary: 'check the implementations against reference outputs',
    detail: 'Ends with exit code 1 when a case failed.',
    examples: [
      'thinkbits golden golden/',
      'thinkbits golden golden/ --topics uniform,kvcache --json',
    ],
  }).argument('<dir>', 'a folder per topic, each with cases.json and golden.safetensors');
  addOption(command, '--topics <a,b>', 'only these topics', listOf(text));
  return command.action(async (directory: string, options: GoldenOptions) => {
    const session = openSession(host, options);
    const run = checkGolden(resolve(host.directory, directory), {
      signal: host.signal,
      ...(options.topics && { topics: options.topics }),
      prepare: async () => void (await chooseBackend(session)),
    });
    const report = await session.follow(run, 'golden');
    const { passed, failed, not_implemented: missing, cases } = report;
    const columns = ['topic', 'case', 'status', 'detail'].map((title) => ({ title }));
    const rows = cases.map(({ topic, id, status, detail }) => [topic, id, status, detail]);
    const totals = `${passed} passed, ${failed} failed, ${missing} not implemented\n`;
    session.result(report, `${renderTable(columns, rows)}\n${totals}`);
    if (failed === 0) return;
    throw new ThinkbitsError({
      code: 'golden/failed',
      category: 'negative',
      message: `${failed} of ${cases.length} cases failed.`,
      help: 'The detail of each failed case says what differs.',
    });
  });
}
